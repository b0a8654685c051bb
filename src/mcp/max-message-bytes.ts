/** Largest message taken from a server, in bytes. */
export const maxMessageBytes = 10 * 1024 * 1024;
