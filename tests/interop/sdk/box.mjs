import { createHmac } from 'node:crypto';
import { WebhooksManager } from 'box-node-sdk/managers/webhooks';

export const name = 'box-node-sdk';
export const providers = {
  box: {
    window: [600, 0],
    settable: true,
    several: true,
    recipe: true,
    // Each key belongs to one header; who has one key uses it for both.
    verify: (d) => WebhooksManager.validateMessage(d.text, d.headers, d.secret, { secondaryKey: d.secrets[1] ?? d.secret, maxAge: d.tolerance ?? 600 }),
    sign: (d) => {
      const time = new Date(d.seconds * 1000).toISOString();
      return {
        headers: {
          'Box-Delivery-Timestamp': time,
          'Box-Signature-Version': '1',
          'Box-Signature-Algorithm': 'HmacSHA256',
          'Box-Signature-Primary': createHmac('sha256', d.secret).update(d.body).update(time).digest('base64'),
        },
      };
    },
  },
};
