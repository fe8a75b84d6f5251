/** Sessions: who gets what, in which order, and the state kept with a session. */
import { expect } from 'vitest';
import { deadLetters } from './driver.ts';
import type { Group } from './case.ts';

export const sessionsGroup: Group = {
  name: 'sessions',
  cases: [
    {
      name: 'a receiver of a session gets the messages of that session only',
      run: async (driver) => {
        const path = await driver.queue({ requiresSession: true });
        await driver.publish(path, 'a1', { sessionId: 'a' });
        await driver.publish(path, 'b1', { sessionId: 'b' });
        const receiver = await driver.open(path, { sessionId: 'b' });
        expect(await driver.bodies(receiver, 1)).toEqual(['b1']);
        await driver.quiet(receiver, driver.times.lockMicros / 2);
      },
    },
    {
      name: 'the messages of a session arrive in the order in which they were sent',
      run: async (driver) => {
        const path = await driver.queue({ requiresSession: true });
        const receiver = await driver.open(path, { sessionId: 's', prefetch: 40 });
        const sent = Array.from({ length: 20 }, (_, i) => `m${i}`);
        for (const body of sent) await driver.publish(path, body, { sessionId: 's' });
        expect(await driver.bodies(receiver, sent.length)).toEqual(sent);
      },
    },
    {
      name: 'an abandoned message comes back before the later ones of its session',
      run: async (driver) => {
        const path = await driver.queue({ requiresSession: true });
        for (const body of ['1', '2']) await driver.publish(path, body, { sessionId: 's' });
        await driver.advance(driver.times.quietMicros);
        const receiver = await driver.open(path, { sessionId: 's', prefetch: 1 });
        await driver.abandon((await driver.delivery(receiver)).lock);
        const again = await driver.delivery(receiver);
        expect([again.message.body, again.deliveryCount]).toEqual(['1', 1]);
      },
    },
    {
      name: 'the next available session is one with messages',
      run: async (driver) => {
        const path = await driver.queue({ requiresSession: true });
        await driver.publish(path, 'a', { sessionId: 's' });
        await driver.advance(driver.times.quietMicros);
        const accepted = await driver.ok(driver.opening(path, 'next', { sessionId: null }));
        expect(accepted.sessionId).toBe('s');
        expect(accepted.lockedUntil).toBeGreaterThan(driver.now());
        expect(await driver.bodies('next', 1)).toEqual(['a']);
      },
    },
    {
      name: 'the next available session is waited for',
      run: async (driver) => {
        const path = await driver.queue({ requiresSession: true });
        const token = driver.send(driver.opening(path, 'patient', { sessionId: null }));
        await driver.advance(driver.times.shortMicros);
        expect(driver.isAnswered(token)).toBe(false);
        await driver.publish(path, 'a', { sessionId: 'late' });
        expect(await driver.answer(token)).toMatchObject({ sessionId: 'late' });
        expect(await driver.bodies('patient', 1)).toEqual(['a']);
      },
    },
    {
      name: 'two receivers of the next available session get different ones',
      run: async (driver) => {
        const path = await driver.queue({ requiresSession: true });
        await driver.publish(path, 'a', { sessionId: 'a' });
        await driver.publish(path, 'b', { sessionId: 'b' });
        const one = await driver.open(path, { sessionId: null });
        const two = await driver.open(path, { sessionId: null });
        const bodies = [...(await driver.bodies(one, 1)), ...(await driver.bodies(two, 1))];
        expect(bodies.sort()).toEqual(['a', 'b']);
      },
    },
    {
      name: 'the state of a session is null at first',
      run: async (driver) => {
        const path = await driver.queue({ requiresSession: true });
        const receiver = await driver.open(path, { sessionId: 's' });
        const { sessionState } = await driver.ok({ kind: 'getSessionState', receiver });
        expect(sessionState).toBe(null);
      },
    },
    {
      name: 'the state of a session outlives its receivers and its messages',
      run: async (driver) => {
        const path = await driver.queue({ requiresSession: true });
        const first = await driver.open(path, { sessionId: 's' });
        await driver.ok({ kind: 'setSessionState', receiver: first, state: 'step 2' });
        driver.close(first);
        await driver.advance(driver.times.quietMicros);
        const second = await driver.open(path, { sessionId: 's' });
        const { sessionState } = await driver.ok({ kind: 'getSessionState', receiver: second });
        expect(sessionState).toBe('step 2');
      },
    },
    {
      name: 'a session queue refuses a message without a session id',
      run: async (driver) => {
        const path = await driver.queue({ requiresSession: true });
        const message = driver.message('a');
        await driver.refused({ kind: 'publish', path, message }, 'InvalidOperation');
      },
    },
    {
      name: 'a session subscription dead-letters a message without a session id',
      run: async (driver) => {
        const topic = await driver.topic();
        const path = await driver.subscription(topic, undefined, { requiresSession: true });
        await driver.publish(topic, 'lost');
        await driver.publish(topic, 'kept', { sessionId: 's' });
        const [dead] = await driver.drain(deadLetters(path));
        expect(dead?.message.body).toBe('lost');
        const receiver = await driver.open(path, { sessionId: 's' });
        expect(await driver.bodies(receiver, 1)).toEqual(['kept']);
      },
    },
    {
      name: 'without sessions, messages with session ids go to any receiver',
      run: async (driver) => {
        const path = await driver.queue();
        await driver.publish(path, 'a', { sessionId: 's' });
        expect(await driver.drain(path)).toHaveLength(1);
      },
    },
    {
      name: 'a deferred message is received by the holder of its session only',
      run: async (driver) => {
        const path = await driver.queue({ requiresSession: true });
        await driver.publish(path, 'a', { sessionId: 'a' });
        const holder = await driver.open(path, { sessionId: 'a' });
        const { lock, sequenceNumber } = await driver.delivery(holder);
        await driver.settle(lock, { kind: 'defer' });
        const other = await driver.open(path, { sessionId: 'b' });
        await driver.refused(
          { kind: 'receiveDeferred', receiver: other, sequenceNumber },
          'MessageNotFound',
        );
        await driver.ok({ kind: 'receiveDeferred', receiver: holder, sequenceNumber });
        expect(await driver.bodies(holder, 1)).toEqual(['a']);
      },
    },
  ],
};
