/** Where the Bicep file is: beside the sources, from which the compiled code stands further away. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ProvisionError } from './failure.ts';

const candidates = ['../deploy/main.bicep', '../../../../adapters/azure/deploy/main.bicep'];

/** Throws a ProvisionError if the package was not installed whole. */
export function templatePath(): string {
  const paths = candidates.map((path) => fileURLToPath(new URL(path, import.meta.url)));
  const found = paths.find((path) => existsSync(path));
  if (found !== undefined) return found;
  const remedy = 'Install the package anew: npm ci';
  throw new ProvisionError('usage', 'the file adapters/azure/deploy/main.bicep is missing', remedy);
}
