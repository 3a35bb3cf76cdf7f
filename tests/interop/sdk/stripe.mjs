import Stripe from 'stripe';

export const name = 'stripe';
const { webhooks } = new Stripe('sk_test_none');
export const providers = {
  stripe: {
    window: [300, null],
    settable: true,
    // `constructEvent` does this and then reads the body as JSON.
    verify: (d) => webhooks.signature.verifyHeader(d.body, d.headers['stripe-signature'], d.secret, d.tolerance),
    sign: (d) => ({ headers: { 'Stripe-Signature': webhooks.generateTestHeaderString({ payload: d.text, secret: d.secret, timestamp: d.seconds }) } }),
  },
};
