/** A browser in which somebody signs in with the stand-in GitHub. */

export interface Answer {
  status: number
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: what a test looks into
  body: any
}

/** Keeps cookies, and follows redirects by hand, so that a test can look at each. */
export class Browser {
  readonly cookies = new Map<string, string>()
  /** As they were set, with their attributes. */
  readonly set: string[] = []
  readonly #url: string
  readonly #publicUrl: string

  /** `url`: where our server listens; `publicUrl`: as what it is known. */
  constructor(url: string, publicUrl: string) {
    this.#url = url
    this.#publicUrl = publicUrl
  }

  /** `path`: of our server, or its public address. */
  async ask(path: string, init: RequestInit = {}): Promise<Answer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await fetch(this.#url + path.replace(this.#publicUrl, ''), {
      ...init,
      redirect: 'manual',
      headers: { ...(cookie && { cookie }), ...init.headers },
    })
    for (const line of answer.headers.getSetCookie()) this.#keep(line)
    const text = await answer.text()
    return { status: answer.status, headers: answer.headers, body: text.startsWith('{') ? JSON.parse(text) : text }
  }

  /** To GitHub, where the person agrees, and to the address that it sends back to. */
  async toGitHub(returnTo?: string): Promise<string> {
    const query = returnTo === undefined ? '' : `?return=${encodeURIComponent(returnTo)}`
    const begun = await this.ask(`/auth/login${query}`)
    const agreed = await fetch(String(begun.headers.get('location')), { redirect: 'manual' })
    return String(agreed.headers.get('location'))
  }

  async signIn(returnTo?: string): Promise<Answer> {
    return this.ask(await this.toGitHub(returnTo))
  }

  /** The names of what the API lists. */
  async sees(): Promise<string[] | number> {
    const { status, body } = await this.ask('/api/v1/repositories')
    return status === 200
      ? body.items.map((one: { owner: string; name: string }) => `${one.owner}/${one.name}`)
      : status
  }

  me = async () => (await this.ask('/api/v1/me')).body

  #keep(line: string): void {
    this.set.push(line)
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
    if (value === '') this.cookies.delete(name)
    else this.cookies.set(name, value)
  }
}
