/** Thrown while a tool is written for a provider: there is no form of it that the provider takes. */
export class Unofferable extends Error {
  override readonly name = 'Unofferable';
}
