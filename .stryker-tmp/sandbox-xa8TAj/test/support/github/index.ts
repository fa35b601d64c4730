/**
 * A GitHub to test against and to show the app with: real HTTP, real git, GitHub's own descriptions as the judge.
 *
 *     const github = await GitHub.start({ webhookUrl })
 *     const repository = await github.repository({ owner: 'acme', name: 'pump', from: { 'README.md': '# Pump' } })
 *     const sha = await repository.push('main', { '.gxp/system_context.md': '…' })
 *     const [check] = await github.waitFor(() => repository.checkRuns(sha).filter(({ status }) => status === 'completed'))
 *     expect(github.violations).toEqual([])
 *     await github.close()
 */
// @ts-nocheck

export type { Annotation, CheckAction, CheckRun, CheckRunInput } from './checks.ts'
export type { Comment } from './comments.ts'
export type { FileContent } from './fast-import.ts'
export type { Fault, LoggedRequest, Matcher } from './faults.ts'
export { GitHub, type GitHubOptions, type Limits, type RepositoryOptions, type Violation } from './github.ts'
export { Installation } from './installation.ts'
export type { Pull, PullRequestOptions } from './pulls.ts'
export { type CommitOptions, type Files, type MergeGroup, Repository } from './repository.ts'
export { type Delivery, type DeliveryOptions, sign } from './webhooks.ts'
