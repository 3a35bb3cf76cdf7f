import { createHmac } from 'node:crypto';
import { LogLevel, Paddle } from '@paddle/paddle-node-sdk';

export const name = '@paddle/paddle-node-sdk';
const paddle = new Paddle('none', { logLevel: LogLevel.none });
export const providers = {
  paddle: {
    window: [5, null],
    recipe: true,
    // `unmarshal` does this and then reads the body as JSON.
    verify: (d) => paddle.webhooks.isSignatureValid(d.text, d.secret, d.headers['paddle-signature']),
    sign: (d) => {
      const hex = createHmac('sha256', d.secret).update(`${d.seconds}:`).update(d.body).digest('hex');
      return { headers: { 'Paddle-Signature': `ts=${d.seconds};h1=${hex}` } };
    },
  },
};
