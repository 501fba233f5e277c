/** A website's address as a person reads it: without protocol, www, query and a bare slash at the end. Anything else stays as it is. */
export function shortAddress(address: string): string {
  try {
    const url = new URL(address);
    if (url.protocol !== 'https:' && url.protocol !== 'http:') return address;
    return `${url.host.replace(/^www\./, '')}${url.pathname === '/' ? '' : decodeURI(url.pathname)}`;
  } catch {
    return address;
  }
}
