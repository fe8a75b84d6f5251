/** What the environment may ask of properties: WHITEWATER_PROFILE and WHITEWATER_TRACE. */
import type { Profile } from '../../scenarios/generate/options.ts';
import { profiles } from '../../scenarios/generate/options.ts';
import { UserError } from '../trace/user-error.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

const keeps = ['retain-on-failure', 'on', 'off'] as const;
/**
 * Which traces are kept: the failure's folder, the trace of every run besides, or nothing.
 * WHITEWATER_TRACE says which; `retain-on-failure` unless told.
 */
export type Keep = (typeof keeps)[number];

function choice<Name extends string>(
  env: Environment,
  variable: string,
  names: readonly Name[],
): Name | undefined {
  const name = env[variable] ?? '';
  const found = names.find((one) => one === name);
  if (found !== undefined || name === '') return found;
  throw new UserError(`${variable} is none of its values: "${name}"`, {
    file: 'environment',
    remedy: `Choose one of ${names.join(', ')}`,
  });
}

/** The profile that WHITEWATER_PROFILE names, or undefined. */
export function profileIn(env: Environment): Profile | undefined {
  return choice(env, 'WHITEWATER_PROFILE', profiles);
}

export function keepIn(env: Environment): Keep {
  return choice(env, 'WHITEWATER_TRACE', keeps) ?? 'retain-on-failure';
}
