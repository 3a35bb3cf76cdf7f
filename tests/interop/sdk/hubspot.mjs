import { Signature } from '@hubspot/api-client';

export const name = '@hubspot/api-client';
const options = (d, timestamp) => ({ clientSecret: d.secret, requestBody: d.text, url: d.url, timestamp });
export const providers = {
  'hubspot-v3': {
    window: [300, null],
    verify: (d) => {
      const timestamp = Number(d.headers['x-hubspot-request-timestamp']);
      const signature = d.headers['x-hubspot-signature-v3'];
      return Signature.isValid({ ...options(d, timestamp), method: d.method, signatureVersion: 'v3', signature });
    },
    sign: (d) => {
      const timestamp = d.seconds * 1000;
      return { headers: { 'X-HubSpot-Signature-v3': Signature.getSignature(d.method, 'v3', options(d, timestamp)), 'X-HubSpot-Request-Timestamp': timestamp } };
    },
  },
};
