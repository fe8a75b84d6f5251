import { describe, expect, test } from 'vitest';
import { Allowance } from './budget.ts';
import { borrowing, zeros } from './column.ts';

describe('an allowance', () => {
  test('is spent with the last configuration, and says so', () => {
    const allowance = new Allowance({ configurations: 3 });
    allowance.spend();
    allowance.spend();
    expect([allowance.spent, allowance.reason]).toEqual([false, null]);
    allowance.spend();
    expect([allowance.spent, allowance.reason]).toEqual([
      true,
      'not decided within 3 configurations',
    ]);
  });

  test('looks at the clock at the beginning and after every 4,096 configurations', () => {
    let looks = 0;
    const now = (): number => (looks += 1);
    const allowance = new Allowance({ configurations: 1_000_000, timeoutMs: 100, now });
    const looksAfter = (configurations: number): number => {
      while (allowance.configurations < configurations) allowance.spend();
      return looks;
    };
    expect([4095, 4096, 8191, 8192, 40_960].map(looksAfter)).toEqual([1, 2, 2, 3, 11]);
    expect(allowance.spent).toBe(false);
  });

  test('is spent when the time is over, not before, and says so', () => {
    let time = 0;
    const now = (): number => time;
    const allowance = new Allowance({ configurations: 1_000_000, timeoutMs: 50, now });
    time = 50;
    allowance.spend(5000);
    expect(allowance.reason).toBeNull();
    time = 51;
    allowance.spend(5000);
    expect(allowance.reason).toBe('not decided within 50 ms');
  });

  test('without a clock or a limit knows no time', () => {
    const unlimited = [{ timeoutMs: 0 }, { now: (): number => 1e9 }];
    for (const budget of unlimited) {
      const allowance = new Allowance({ configurations: 1_000_000, ...budget });
      allowance.spend(10_000);
      expect(allowance.spent).toBe(false);
    }
  });

  test('lets a memory double while the old half, the new one and what is lent fit', () => {
    borrowing(() => {
      zeros(24);
      expect(new Allowance({ configurations: 9, bytes: 496 }).grows(200)).toBe(true);
      const spent = new Allowance({ configurations: 9, bytes: 496 });
      expect(spent.grows(201)).toBe(false);
      expect(spent.reason).toBe('not decided within 496 bytes of memory');
      expect(new Allowance({ configurations: 9 }).grows(1e9)).toBe(true);
    });
  });

  test('has parts with the same memory and configurations of their own', () => {
    const part = new Allowance({ configurations: 9, bytes: 500 }).part(2);
    expect(part.grows(1000)).toBe(false);
    const other = new Allowance({ configurations: 9 }).part(2);
    expect(other.grows(1e9)).toBe(true);
    other.spend(2);
    expect(other.reason).toBe('not decided within 2 configurations');
  });
});
