/** How long a message of a server over HTTP is as it comes in, so that one without end can be cut off. */

/** Takes a part and says how long the longest message is that has a share in it. */
export type Measure = (part: Uint8Array) => number;

/** The whole body is one message. */
export function measureAll(): Measure {
  let length = 0;
  return (part) => {
    length += part.length;
    return length;
  };
}

const lineFeed = 10;
const carriageReturn = 13;

/** Of an event stream each event is one; an empty line ends it. Lines end in a line feed, a carriage return or both. */
export function measureEvents(): Measure {
  let length = 0;
  let lineIsEmpty = true;
  let afterReturn = false;
  return (part) => {
    let longest = length;
    for (const byte of part) {
      const isSecondHalf = byte === lineFeed && afterReturn;
      afterReturn = byte === carriageReturn;
      if (isSecondHalf) continue;
      length += 1;
      if (byte !== lineFeed && byte !== carriageReturn) {
        lineIsEmpty = false;
        continue;
      }
      if (length > longest) longest = length;
      if (lineIsEmpty) length = 0;
      lineIsEmpty = true;
    }
    return Math.max(longest, length);
  };
}
