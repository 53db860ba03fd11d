/** The key of a pair of users, whichever of them is asked: ids are compared as numbers. */
export const pairKey = (a: string, b: string): string => (BigInt(a) < BigInt(b) ? `${a}:${b}` : `${b}:${a}`);

/** The other one of the pair. */
export const partnerIn = (key: string, userId: string): string => {
  const [a = '', b = ''] = key.split(':');
  return a === userId ? b : a;
};
