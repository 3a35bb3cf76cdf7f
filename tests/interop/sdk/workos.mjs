import { createHmac } from 'node:crypto';
import { WorkOS } from '@workos-inc/node';

export const name = '@workos-inc/node';
const { webhooks } = new WorkOS('sk_none');
export const providers = {
  workos: {
    window: [180, null],
    settable: true,
    recipe: true,
    // The SDK takes the body parsed, and writes it out again.
    verify: (d) => webhooks.verifyHeader({ payload: JSON.parse(d.text), sigHeader: d.headers['workos-signature'], secret: d.secret, tolerance: (d.tolerance ?? 180) * 1000 }),
    sign: (d) => {
      const time = d.seconds * 1000;
      const hex = createHmac('sha256', d.secret).update(`${time}.`).update(d.body).digest('hex');
      return { headers: { 'WorkOS-Signature': `t=${time}, v1=${hex}` } };
    },
  },
};
