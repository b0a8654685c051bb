/**
 * What a plain scalar means in YAML 1.1, as Python's usual loader resolves it, where that differs from what YAML
 * 1.2 makes of it. Old configs were read by such a loader.
 */
const truth = /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/;
const falsehood = /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/;
const octal = /^([-+]?)0([0-7_]+)$/;
const binary = /^([-+]?)0b([01_]+)$/;
const integer = /^[-+]?(?:0|[1-9][0-9_]*|0x[0-9a-fA-F_]+)$/;
const decimal = /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)(?:[eE][-+][0-9]+)?$/;
const base60 = /^[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+$|^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*$/;
const day = /^\d{4}-\d\d-\d\d$/;
const time =
  /^\d{4}-\d\d?-\d\d?(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?))?$/;

/** The meaning in YAML 1.1 in words; undefined where it is `value`, the meaning in YAML 1.2. Does not quote it. */
export function yaml11Meaning(plain: string, value: unknown): string | undefined {
  if (plain.length > 100 || value === null || /^[-+]?\.(?:inf|nan)$/i.test(plain)) return undefined;
  if (truth.test(plain)) return value === true ? undefined : 'true';
  if (falsehood.test(plain)) return value === false ? undefined : 'false';
  if (base60.test(plain)) return 'a number in base 60';
  if (day.test(plain) || time.test(plain)) return 'a date';
  const number = number11(plain);
  if (number === value) return undefined;
  if (number !== undefined) return typeof value === 'number' ? 'another number' : 'a number';
  return typeof value === 'string' ? undefined : 'a text';
}

function number11(plain: string): number | undefined {
  for (const [pattern, radix] of [
    [octal, 8],
    [binary, 2],
  ] as const) {
    const [, sign, digits] = pattern.exec(plain) ?? [];
    if (digits !== undefined)
      return Number(`${sign}1`) * Number.parseInt(digits.replaceAll('_', '') || '0', radix);
  }
  if (!integer.test(plain) && !decimal.test(plain)) return undefined;
  const digits = plain.replaceAll('_', '');
  const isHex = /^[-+]?0x/.test(digits);
  return isHex ? Number.parseInt(digits, 16) : Number.parseFloat(digits);
}
