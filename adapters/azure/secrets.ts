/**
 * Keys, signatures and tokens never leave this room: every text that goes out passes `mask`, which
 * knows how secrets look, and the ones that this process was given.
 */

const shapes: readonly (readonly [RegExp, string])[] = [
  [/(SharedAccessKey\s*=\s*)[^;\s"']+/gi, '$1***'],
  [/(SharedAccessSignature\s*=\s*)[^;"']+/gi, '$1***'],
  [/(SharedAccessSignature\s+)(?!=)[^"']+/g, '$1***'],
  [/(\bsig=)[^&;\s"']+/gi, '$1***'],
  [/(\bBearer\s+)[\w.~+/=-]+/gi, '$1***'],
];

/** The text without secrets: those given, and whatever looks like one. */
export function mask(text: string, secrets: readonly string[] = []): string {
  let masked = text;
  for (const secret of secrets) masked = masked.replaceAll(secret, '***');
  for (const [shape, replacement] of shapes) masked = masked.replace(shape, replacement);
  return masked;
}

/** The secrets in a connection string, as written and as a URL writes them. */
export function secretsIn(connectionString: string): readonly string[] {
  const found: string[] = [];
  for (const [, value] of connectionString.matchAll(
    /SharedAccess(?:Key|Signature)\s*=\s*([^;]+)/gi,
  )) {
    const secret = value?.trim() ?? '';
    if (secret !== '') found.push(secret, encodeURIComponent(secret));
  }
  return [...new Set(found)].sort((left, right) => right.length - left.length);
}
