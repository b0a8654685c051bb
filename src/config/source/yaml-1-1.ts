/**
 * What a plain scalar means in YAML 1.1, as Python's usual loader reads it, where YAML 1.2 reads it otherwise.
 * Old configs were read by such a loader. Undefined where both agree.
 */
const number11 = [
  /^[-+]?0b[01_]+$/,
  /^[-+]?0[0-7_]*[0-7][0-7_]*$/,
  /^[-+]?[1-9][0-9]*_[0-9_]*$/,
  /^[-+]?0x[0-9a-fA-F]*_[0-9a-fA-F_]*$/,
  /^[-+]?[0-9][0-9_]*_[0-9_]*\.[0-9_]*$/,
];
const text11 = [
  /^0o[0-7]+$/,
  /^[-+]?[0-9]+[eE][-+]?[0-9]+$/,
  /^[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)[eE][0-9]+$/,
  /^[-+]\.[0-9]+$/,
];
const base60 = /^[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+$|^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*$/;
const date = /^\d{4}-\d\d-\d\d$|^\d{4}-\d\d?-\d\d?(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?))?$/;

export function yaml11Meaning(plain: string): string | undefined {
  if (plain.length > 100) return undefined;
  if (/^(?:yes|Yes|YES|on|On|ON)$/.test(plain)) return 'true';
  if (/^(?:no|No|NO|off|Off|OFF)$/.test(plain)) return 'false';
  if (base60.test(plain)) return 'a number in base 60';
  if (date.test(plain)) return 'a date';
  if (plain !== '0' && !/^[-+]?0+$/.test(plain) && number11.some((pattern) => pattern.test(plain))) {
    return /^[-+]?0[0-7_]/.test(plain) ? 'an octal number' : 'another number';
  }
  return text11.some((pattern) => pattern.test(plain)) ? 'a text' : undefined;
}
