/**
 * One line of `journal.jsonl`: the JSON of an event with `crc` as its last key, computed over the bytes of
 * the JSON without it. The checksum is taken over bytes, so a reader never has to write JSON again to check it.
 */
import { crc32 } from 'node:zlib';

const keyText = ',"crc":"';
const closing = '"}';
const checksumLength = 8;
const tailLength = keyText.length + checksumLength + closing.length;

/** `json` is the text of an object that is not empty. The result ends with a line feed. */
export function encodeJournalLine(json: string): string {
  const checksum = crc32(json).toString(16).padStart(checksumLength, '0');
  return `${json.slice(0, -1)}${keyText}${checksum}${closing}\n`;
}

/** The JSON without `crc`, or undefined when the bytes (without the line feed) are not a whole line. */
export function decodeJournalLine(line: Buffer): string | undefined {
  const end = line.length - tailLength;
  if (end < 2) return undefined;
  const tail = line.toString('latin1', end);
  if (!tail.startsWith(keyText) || !tail.endsWith(closing)) return undefined;
  const content = line.subarray(0, end);
  const checksum = crc32('}', crc32(content)).toString(16).padStart(checksumLength, '0');
  if (tail.slice(keyText.length, keyText.length + checksumLength) !== checksum) return undefined;
  return `${content.toString('utf8')}}`;
}
