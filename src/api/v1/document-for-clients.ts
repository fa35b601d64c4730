/** The OpenAPI document as it suits whoever makes a client from it, or checks answers by it, now and when there is more to answer. */

interface Operation {
  requestBody?: { required?: boolean; content: Record<string, { schema?: { anyOf?: { type?: string }[] } }> }
  responses: object
}

interface Components {
  schemas?: Record<string, unknown>
}

export const forClients = <Document extends { paths?: object; components?: Components }>(
  document: Document,
): Document => onlyWhatIsUsed(openAnswers(withOptionalBodies(withCommonPatterns(document))))

/** A copy that lacks the members that are to be left out, however deep. */
const without = <Part>(part: Part, leftOut: (name: string, value: unknown) => boolean): Part =>
  JSON.parse(JSON.stringify(part), (name, value) => (leftOut(name, value) ? undefined : value))

/** Not every language's regular expressions know Unicode's categories. */
const withCommonPatterns = <Document>(document: Document): Document =>
  without(document, (name, value) => name === 'pattern' && typeof value === 'string' && value.includes('\\p{'))

/** A body that may be null may be left out: Fastify's plugin takes every body for needed. */
function withOptionalBodies<Document extends { paths?: object }>(document: Document): Document {
  for (const { requestBody } of operationsOf(document)) {
    const { schema } = requestBody?.content['application/json'] ?? {}
    if (requestBody && schema?.anyOf?.some(({ type }) => type === 'null')) requestBody.required = false
  }
  return document
}

/** Answers are checked to have no members but these. They may have more in a later version, which is no breach of this one. */
function openAnswers<Document extends { paths?: object; components?: Components }>(document: Document): Document {
  const open = <Part>(part: Part) => without(part, (name, value) => name === 'additionalProperties' && value === false)
  for (const operation of operationsOf(document)) operation.responses = open(operation.responses)
  // What bodies of requests consist of is said in their operations.
  return { ...document, components: open(document.components) }
}

const operationsOf = ({ paths = {} }: { paths?: object }) => Object.values(paths).flatMap<Operation>(Object.values)

/**
 * Each thing is made a schema of as it comes in and as it goes out, though most do only one of these. Generated clients would
 * have a type for each.
 */
function onlyWhatIsUsed<Document extends { paths?: object; components?: Components }>(document: Document): Document {
  const { schemas = {} } = document.components ?? {}
  const used = new Set<string>()
  const look = (part: unknown): void => {
    for (const [, name = ''] of JSON.stringify(part ?? null).matchAll(/"#\/components\/schemas\/([^"/]+)"/g)) {
      if (used.has(name)) continue
      used.add(name)
      look(schemas[name])
    }
  }
  look(document.paths)
  const kept = Object.fromEntries(Object.entries(schemas).filter(([name]) => used.has(name)))
  return { ...document, components: { ...document.components, schemas: kept } }
}
