import { createHmac } from 'node:crypto';
import { WebhooksHelper } from 'square';

export const name = 'square';
export const providers = {
  square: {
    window: [null, null],
    recipe: true,
    verify: (d) =>
      WebhooksHelper.verifySignature({
        requestBody: d.text,
        signatureHeader: d.headers['x-square-hmacsha256-signature'],
        signatureKey: d.secret,
        notificationUrl: d.url,
      }),
    sign: (d) => ({ headers: { 'x-square-hmacsha256-signature': createHmac('sha256', d.secret).update(d.url).update(d.body).digest('base64') } }),
  },
};
