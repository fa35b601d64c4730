/** Whether a URL's host is this machine only: there a plain `http:` is safe, and there GitHub can't reach us. */
// @ts-nocheck

export function isLoopback(url: string): boolean {
  const { hostname } = new URL(url)
  return /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname)
}
