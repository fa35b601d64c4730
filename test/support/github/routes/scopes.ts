/** Who may ask for what. https://docs.github.com/en/rest/authentication/authenticating-to-the-rest-api */
import { type Grant, reaches } from '../access.ts'
import { type Answer, notFound, Refusal } from '../answer.ts'
import { type Call, param, type Route } from '../call.ts'
import type { Account } from '../facts.ts'
import type { Repository } from '../repository.ts'

type Answers = Answer | Promise<Answer>

/** Routes of a repository: an installation token that reaches it. */
export const ofRepository =
  (run: (repository: Repository, call: Call) => Answers): Route =>
  async (call) => {
    const { github } = call
    const grant = github.access.grant(call.headers.authorization)
    const repository = github.find(param(call, 'owner'), param(call, 'repo'))
    // What a caller may not see is not there: 404, not 403.
    if (!repository || !reaches(grant, repository)) throw notFound()
    return () => run(repository, call)
  }

/** Routes of an installation: its token. */
export const ofInstallation =
  (run: (grant: Grant, call: Call) => Answers): Route =>
  async (call) => {
    const grant = call.github.access.grant(call.headers.authorization)
    return () => run(grant, call)
  }

/** Routes of the app itself: its JSON web token. */
export const ofApp =
  (run: (call: Call) => Answers): Route =>
  async (call) => {
    await call.github.access.verifyApp(call.headers.authorization, call.github.app)
    return () => run(call)
  }

/** Routes of a person: their token. */
export const ofPerson =
  (run: (person: Account, call: Call) => Answers): Route =>
  async (call) => {
    const person = call.github.people.holder(call.headers.authorization)
    return () => run(person, call)
  }

/** Routes of the app as whoever signs people in: its client id and secret. */
export const ofClient =
  (run: (call: Call) => Answers): Route =>
  async (call) => {
    const { clientId, clientSecret } = call.github.app
    const credentials = Buffer.from(`${clientId}:${clientSecret}`).toString('base64')
    if (call.headers.authorization !== `Basic ${credentials}`) throw new Refusal(401, 'Bad credentials')
    return () => run(call)
  }

export const ofAnyone =
  (run: (call: Call) => Answers): Route =>
  async (call) =>
  () =>
    run(call)
