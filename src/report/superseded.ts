/** What the check of a commit says whose branch has moved on. */

export function supersededPage(newerHead: string, url: string): { title: string; summary: string } {
  const short = newerHead.slice(0, 7)
  return {
    title: `Superseded by ${short}`,
    summary: [
      `The branch has moved on to [\`${short}\`](${url}) while this commit was being scanned, so the scan was broken off: nothing is said about this commit, and [\`${short}\`](${url}) has a check of its own.`,
      '"Re-run" scans this commit all the same.',
    ].join('\n\n'),
  }
}
