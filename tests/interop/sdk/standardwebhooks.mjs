import { Webhook } from 'standardwebhooks';

export const name = 'standardwebhooks';
export const providers = {
  'standard-webhooks': {
    window: [300, 300],
    verify: (d) => {
      new Webhook(d.secret).verify(d.body, d.headers, { jsonParse: false });
      return true;
    },
    sign: (d) => ({
      headers: {
        'webhook-id': d.id,
        'webhook-timestamp': d.seconds,
        'webhook-signature': new Webhook(d.secret).sign(d.id, new Date(d.seconds * 1000), d.text),
      },
    }),
  },
};
