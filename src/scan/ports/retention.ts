/** What is old enough to go. Ages are days of the database's clock. */

export interface Keep {
  readonly deliveriesDays: number
  readonly scansDays: number
  /** Of the scans of one repository that have ended. */
  readonly scansCount: number
  /** After the app was uninstalled, or a repository was deleted or taken from it. */
  readonly installationsDays: number
}

/**
 * Each call removes `most` rows at most, in one short transaction that keeps how many, and answers it: fewer means that it is
 * done.
 */
export interface RetentionStore {
  /** Deliveries that were processed so long ago. */
  removeDeliveries(days: number, most: number): Promise<number>
  /** Sessions of people whose time is over. */
  removeSessions(most: number): Promise<number>
  /** What is kept of people of whom there is no session any more. */
  removePeople(most: number): Promise<number>
  /** The next repositories by id: of one installation, or all. */
  repositories(after: bigint, most: number, installationId?: bigint): Promise<bigint[]>
  /**
   * Scans that ended so long ago, or are not among the newest of their repository, with their findings. Never the scan of
   * the tracked snapshot, what was last said of its head or of the head of an open pull request, one that has a report, nor
   * one whose check run may still have to be closed.
   */
  removeScans(repositoryId: bigint, keep: Pick<Keep, 'scansDays' | 'scansCount'>, most: number): Promise<number>
  /** Trees of commits that no scan names any more, nor evidence: another scan of one asks GitHub again. */
  removeTrees(repositoryId: bigint, most: number): Promise<number>
  /** What was read of files by older parsers than this process has; of the tracked snapshot, once newer ones have read it. */
  removeOldContents(repositoryId: bigint, most: number): Promise<number>
  /** Installations whose app was uninstalled so long ago. */
  erasable(days: number): Promise<bigint[]>
  /** Repositories that were deleted, or taken from the app, so long ago; those of installations that are erased aside. */
  erasableRepositories(days: number): Promise<{ id: bigint; installationId: bigint }[]>
  /** What a repository holds, as long as it belongs to this installation, and one of the two is removed. */
  emptyRepository(repositoryId: bigint, installationId: bigint, most: number): Promise<number>
  /** Deliveries of an installation, processed or not. */
  removeDeliveriesOf(installationId: bigint, most: number): Promise<number>
  /** Deliveries about a repository, processed or not. */
  removeDeliveriesAbout(repositoryId: bigint, most: number): Promise<number>
  /** The last step: the repository itself, with what is left of it, and an audit event that says so. */
  eraseRepository(repositoryId: bigint): Promise<void>
  /** The last step: the installation itself, with what is left of it, and an audit event that says so. */
  erase(installationId: bigint): Promise<void>
  /**
   * An audit event that says how much was removed that none has told of, by what it is. Answers what it says; {}: there was
   * nothing, and there is no event.
   */
  record(): Promise<Record<string, number>>
}
