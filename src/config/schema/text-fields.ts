/**
 * Building blocks of the schema: texts as people write them. Paths are checked for their spelling only; whether
 * they exist is for the room that uses them.
 */
import { z } from 'zod';

const withoutNul = /^[^\0]*$/;

/** A text that must say something. */
export const filledText = z.string().min(1).regex(withoutNul, { error: 'must not contain a NUL character' });

/** A path, absolute or relative to the folder the program is started in. */
export const pathText = filledText.max(4096);

/** A list of names, such as those of tools. */
export const nameList = z.array(filledText);

/** An address the program calls, or one that comes out of `${NAME}` references. */
export const httpAddress = filledText
  .max(2048)
  .refine((text) => text.includes('${') || (URL.canParse(text) && /^https?:\/\/[^/]/i.test(text)), {
    error: 'must be an http or https address',
  });
