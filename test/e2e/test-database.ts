import { randomUUID } from 'node:crypto'
import pg from 'pg'

/** A database of its own, empty: the app applies the migrations. */
export class TestDatabase {
  readonly url: string
  readonly #name = `e2e_${randomUUID().replaceAll('-', '')}`
  readonly #server: string

  constructor(server: string) {
    this.#server = server
    const url = new URL(server || 'postgres://none')
    url.pathname = `/${this.#name}`
    this.url = url.href
  }

  create = () => this.#run(`CREATE DATABASE ${this.#name} TEMPLATE template0`)
  drop = () => this.#run(`DROP DATABASE ${this.#name} WITH (FORCE)`)

  async #run(statement: string): Promise<void> {
    const client = new pg.Client({ connectionString: this.#server })
    await client.connect()
    try {
      await client.query(statement)
    } finally {
      await client.end()
    }
  }
}
