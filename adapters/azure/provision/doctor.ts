/**
 * Looks at everything that live runs need and says of each whether it is well, or what to do. It
 * changes nothing, and goes to the network only where a namespace was named.
 */
import type { Account } from '../account.ts';
import { type RunAz, Az } from './az.ts';
import * as commands from './commands.ts';
import { type Data, dataOf, listOf, textAt } from './data.ts';
import { ProvisionError } from './failure.ts';
import { asProvisionError, type Finding, note, ok, problem } from './finding.ts';
import { examineNamespace } from './namespace-doctor.ts';

export interface Patient {
  /** As `v20.19.0`. */
  readonly nodeVersion: string;
  readonly run: RunAz;
  readonly subscription?: string;
  /** Whose rights are looked at; the whole subscription if there is none. */
  readonly group?: string;
  /** The namespace to look at; without one nobody is connected to. */
  readonly account?: Account;
  readonly topic: string;
  readonly nowMs: () => number;
}

/** Tells each finding as soon as it is there; never rejects. */
export async function examine(
  patient: Patient,
  onFinding: (finding: Finding) => void,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const tell = (finding: Finding): void => {
    findings.push(finding);
    onFinding(finding);
  };
  tell(nodeFinding(patient.nodeVersion));
  await examineAzure(patient, tell);
  if (patient.account === undefined) {
    const remedy = 'Name one: --namespace NAME, or --connection-string @FILE';
    tell(note('namespace', 'none was named, so none was looked at', remedy));
  } else {
    await examineNamespace({ ...patient, account: patient.account }, tell);
  }
  return findings;
}

const oldest = [20, 19] as const;

function nodeFinding(version: string): Finding {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  const isNew = major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
  if (isNew) return ok('Node', version);
  const remedy = `Install ${oldest.join('.')} or newer: https://nodejs.org`;
  return problem('Node', new ProvisionError('usage', `${version} is too old`, remedy));
}

/** Who has a namespace already may get in by a key, or by an identity that is not `az login`'s. */
async function examineAzure(patient: Patient, tell: (finding: Finding) => void): Promise<void> {
  const isNeeded = patient.account === undefined;
  const az = new Az(patient.run, patient.subscription);
  const failed = (name: string, cause: unknown): void => {
    const error = asProvisionError(cause);
    tell(
      isNeeded
        ? problem(name, error)
        : note(name, error.message, 'Setup needs it, and whoever signs in by az login'),
    );
  };
  try {
    const version = textAt(dataOf(await az.ask(commands.version())), 'azure-cli');
    tell(ok('Azure CLI', version));
  } catch (cause) {
    return failed('Azure CLI', cause);
  }
  let signedIn: Data;
  try {
    signedIn = dataOf(await az.ask(commands.account()));
    const name = textAt(signedIn, 'user', 'name');
    tell(ok('sign-in', `${name}, subscription ${textAt(signedIn, 'name')}`));
  } catch (cause) {
    return failed('sign-in', cause);
  }
  await registered(az).then(tell, (cause: unknown) => failed('provider', cause));
  await roles(az, patient, signedIn).then(tell, (cause: unknown) => failed('roles', cause));
}

async function registered(az: Az): Promise<Finding> {
  const state = textAt(dataOf(await az.ask(commands.registration())), 'registrationState');
  if (state === 'Registered') return ok('provider', 'the subscription knows Service Bus');
  return note('provider', `Microsoft.ServiceBus is ${state || 'unknown'}`, 'Setup registers it');
}

const makers = ['Owner', 'Contributor'];
const givers = ['Owner', 'User Access Administrator', 'Role Based Access Control Administrator'];

/** The commonest surprise: who may make a namespace may not give the role that it takes to use it. */
async function roles(az: Az, { group }: Patient, signedIn: Data): Promise<Finding> {
  const scope =
    `/subscriptions/${textAt(signedIn, 'id')}` +
    (group === undefined ? '' : `/resourceGroups/${group}`);
  const who = textAt(signedIn, 'user', 'name');
  const answer = listOf(await az.ask(commands.rolesOf(who, scope)));
  const names = answer.map((one) => textAt(one, 'roleDefinitionName'));
  const held = names.join(', ') || 'none';
  const lacks: string[] = [];
  if (!names.some((name) => makers.includes(name))) lacks.push('Contributor, to make a namespace');
  if (!names.some((name) => givers.includes(name))) {
    lacks.push('Role Based Access Control Administrator, to give its role (or add --no-role)');
  }
  if (lacks.length === 0) return ok('roles', held);
  const remedy = `Ask for ${lacks.join('; and for ')}`;
  return problem('roles', new ProvisionError('unauthorised', `roles on ${scope}: ${held}`, remedy));
}
