import { createHmac } from 'node:crypto';
import { LinearWebhookClient } from '@linear/sdk/webhooks';

export const name = '@linear/sdk';
export const providers = {
  linear: {
    window: [60, 60],
    recipe: true,
    verify: (d) => new LinearWebhookClient(d.secret).verify(d.body, d.headers['linear-signature'], d.headers['linear-timestamp']),
    sign: (d) => ({ headers: { 'Linear-Signature': createHmac('sha256', d.secret).update(d.body).digest('hex') } }),
  },
};
