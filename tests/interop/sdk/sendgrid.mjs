import { createSign } from 'node:crypto';
import { EventWebhook } from '@sendgrid/eventwebhook';

export const name = '@sendgrid/eventwebhook';
export const providers = {
  sendgrid: {
    window: [null, null],
    recipe: true,
    // The public key is what verifies; a line that asks to sign has the private one.
    verify: (d) => {
      const webhook = new EventWebhook();
      const key = webhook.convertPublicKeyToECDSA(d.secret);
      const name = 'x-twilio-email-event-webhook';
      return webhook.verifySignature(key, d.body, d.headers[`${name}-signature`], d.headers[`${name}-timestamp`]);
    },
    sign: (d) => {
      const key = { key: Buffer.from(d.secret, 'base64'), format: 'der', type: 'pkcs8' };
      const signature = createSign('sha256').update(String(d.seconds)).update(d.body).sign(key, 'base64');
      return { headers: { 'X-Twilio-Email-Event-Webhook-Signature': signature, 'X-Twilio-Email-Event-Webhook-Timestamp': d.seconds } };
    },
  },
};
