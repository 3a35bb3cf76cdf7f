import { createHmac } from 'node:crypto';
import { hmacValidator as HmacValidator } from '@adyen/api-library';

export const name = '@adyen/api-library';
const validator = new HmacValidator();
const items = (d) => JSON.parse(d.text).notificationItems.map((item) => item.NotificationRequestItem);
export const providers = {
  'adyen-platform': {
    window: [null, null],
    recipe: true,
    verify: (d) => validator.validateHMACSignature(d.secret, d.headers.hmacsignature, d.text),
    sign: (d) => ({ headers: { HmacSignature: createHmac('sha256', Buffer.from(d.secret, 'hex')).update(d.body).digest('base64') } }),
  },
  'adyen-standard': {
    window: [null, null],
    verify: (d) => items(d).every((item) => validator.validateHMAC(item, d.secret)),
    sign: (d) => {
      const whole = JSON.parse(d.text);
      for (const { NotificationRequestItem: item } of whole.notificationItems) {
        item.additionalData = { ...item.additionalData, hmacSignature: validator.calculateHmac(item, d.secret) };
      }
      return { headers: {}, body: JSON.stringify(whole) };
    },
  },
};
