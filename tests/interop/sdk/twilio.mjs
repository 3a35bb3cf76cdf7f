import twilio from 'twilio';

export const name = 'twilio';
const isForm = (d) => !d.url.includes('bodySHA256=');
function form(text) {
  const parameters = {};
  for (const [key, value] of new URLSearchParams(text)) {
    parameters[key] = key in parameters ? [parameters[key], value].flat() : value;
  }
  return parameters;
}
export const providers = {
  twilio: {
    window: [null, null],
    verify: (d) => {
      const signature = d.headers['x-twilio-signature'];
      if (isForm(d)) return twilio.validateRequest(d.secret, signature, d.url, form(d.text));
      return twilio.validateRequestWithBody(d.secret, signature, d.url, d.text);
    },
    sign: (d) => {
      const parameters = isForm(d) ? form(d.text) : {};
      return { headers: { 'X-Twilio-Signature': twilio.getExpectedTwilioSignature(d.secret, d.url, parameters) } };
    },
  },
};
