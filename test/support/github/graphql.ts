/**
 * The GraphQL API: GitHub's own schema, executed by graphql-js over plain objects. A field that exists at GitHub but not
 * here is a violation, never a silent null. https://docs.github.com/en/graphql
 */
import {
  buildSchema,
  defaultFieldResolver,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  parse,
  validate,
} from 'graphql'
import { type Grant, reaches } from './access.ts'
import type { Answer } from './answer.ts'
import { ok } from './answer.ts'
import type { GitHub } from './github.ts'
import { BlobLoader } from './graphql-objects.ts'
import { repositoryNode } from './graphql-repository.ts'
import { isObject, type Json, type JsonObject, moment } from './json.ts'

export interface GraphQLContext {
  github: GitHub
  load: BlobLoader['load']
}

/** 1.2 MB of SDL, read once in a process, with the first query: about 0.3 s. */
let loaded: Promise<GraphQLSchema> | undefined

export async function answerGraphQL(github: GitHub, grant: Grant, body: Json | undefined): Promise<Answer> {
  const { query, variables } = isObject(body) ? body : {}
  if (typeof query !== 'string') {
    return failed(github, [new GraphQLError('A query attribute must be specified and must be a string.')])
  }
  const result = await run(github, grant, query, isObject(variables) ? variables : {})
  if (!result.errors) return ok(result as JsonObject)
  return failed(github, result.errors, result.data as Json | undefined)
}

async function run(github: GitHub, grant: Grant, query: string, variables: JsonObject): Promise<ExecutionResult> {
  loaded ??= loadSchema()
  const schema = await loaded
  try {
    const document = parse(query)
    const errors = validate(schema, document)
    if (errors.length > 0) return { errors }
    const context: GraphQLContext = { github, load: new BlobLoader().load }
    const rootValue = root(grant)
    return await execute({
      schema,
      document,
      rootValue,
      variableValues: variables,
      contextValue: context,
      fieldResolver: known,
    })
  } catch (error) {
    if (error instanceof GraphQLError) return { errors: [error] }
    throw error
  }
}

/** 200 with `errors`, as GitHub answers. Whatever isn't told to the caller by a `type` is a mistake in the query. */
function failed(github: GitHub, errors: readonly GraphQLError[], data?: Json): Answer {
  for (const { message, extensions } of errors) if (!extensions.type) github.violation('POST /graphql', message)
  const shown = errors.map((error) => ({
    ...(error.toJSON() as unknown as JsonObject),
    type: (error.extensions.type as string) ?? 'INVALID',
  }))
  return ok({ ...(data !== undefined && { data }), errors: shown })
}

const root = (grant: Grant) => ({
  repository: ({ owner, name }: { owner: string; name: string }, { github }: GraphQLContext) => {
    const found = github.find(owner, name)
    if (found && reaches(grant, found)) return repositoryNode(found, github)
    const message = `Could not resolve to a Repository with the name '${owner}/${name}'.`
    throw new GraphQLError(message, { extensions: { type: 'NOT_FOUND' } })
  },
  /** https://docs.github.com/en/graphql/overview/rate-limits-and-node-limits-for-the-graphql-api */
  rateLimit: (_: unknown, { github }: GraphQLContext) => {
    const { reset, ...counts } = github.rate.state('graphql', grant.installation.id)
    return { cost: 1, ...counts, resetAt: moment(reset), nodeCount: 0 }
  },
})

const known: GraphQLFieldResolver<unknown, unknown> = (source, args, context, info) => {
  if (isObject(source) && !(info.fieldName in source)) {
    throw new GraphQLError(`The stand-in does not know ${info.parentType.name}.${info.fieldName}.`)
  }
  return defaultFieldResolver(source, args, context, info)
}

async function loadSchema(): Promise<GraphQLSchema> {
  const { schema: official } = await import('@octokit/graphql-schema')
  return buildSchema(official.idl, { assumeValid: true, assumeValidSDL: true, noLocation: true })
}
