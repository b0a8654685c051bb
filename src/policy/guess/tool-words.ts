/**
 * Words in the names of tools and what they say of what a tool does. These are lists of English words, not of known
 * tools: a tool none of whose words is here may do anything.
 */

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/u));

/** Looks and changes nothing. */
export const readWords = words(`
  analyse analyze ask blame browse calculate cat check compare compute count crawl describe discover echo enumerate
  estimate examine exists explain fetch find get glob grep inspect list load locate lookup ls measure navigate peek
  ping poll probe pwd query read research retrieve scan search see show summarise summarize tell think validate verify
  wait whoami`);

/** Says the same, unless a word of another list stands beside it: `file_info`, but `info_update`. */
export const readNouns = words(`
  context definition diff distance head health help history info instructions logs map match metadata monitor outline
  preview prompts references reflog review size stat stats status summarizer tail thinking tree version view watch`);

/** Takes something away. */
export const deleteWords = words(`
  clean cleanup clear delete destroy discard drop erase prune purge remove rm rmdir trash uninstall unlink wipe`);

/** Takes something from one place to another. */
export const moveWords = words('move mv rename');

/** Puts something in a place, or makes it another. */
export const writeWords = words(`
  add append apply archive capture change chmod chown compress convert copy cp create crop decompress decrypt
  deduplicate download dump duplicate edit encrypt expand export extend extract fill fix format generate gzip import
  init initialise initialize insert link lock make merge migrate mkdir modify mutate new normalise normalize optimise
  optimize organise organize overwrite paste patch persist post prepend print publish push put record redo refactor
  regenerate register render reorder replace resize restore revert rewrite rotate save scaffold screenshot set
  snapshot sort split stage store strip swap symlink sync tag touch transform translate trim truncate undo unlock
  unstage untar unzip update upgrade upload upsert write zip`);

/** Starts or steers programs, whose doings nobody can tell. */
export const runWords = words(`
  bash build cmd compile debug eval evaluate exec execute install interact invoke kill launch lint powershell restart
  run shell spawn terminal terminate test`);

/** Changes something elsewhere, or nothing outside of the server. */
export const otherWords = words(`
  accept activate answer approve assign authenticate authorize block book bookmark call cancel choose click close
  comment complete configure connect cordon deactivate decline disable disconnect discuss drag drain emulate enable
  feedback filter follow fork forward give grant handle hover invite join leave like login logout mark mute notify
  open order pause pay pin press protect reconnect refund reject reload remember reply report request reset resolve
  resume revoke rollout scale schedule scroll select send share sign simulate submit subscribe switch toggle trigger
  type unapprove unblock uncordon unfollow unpin unprotect unsubscribe vote`);

/** These say little beside another word: `start_search`, `take_screenshot`. */
export const lightWords = words('begin bulk do end more start stop take use work');

/** What comes after one of these is a second thing that the tool does. */
export const joiningWords = words('and or then');

/** A reading word that is followed by one of these is none: `search_replace`, `find_delete`. */
export const strongWords = words('delete edit overwrite remove rename replace write');

/** Commands of version control that only look. */
export const vcsReadWords = words(`
  analyze blame branches cat changelog current describe diff get grep history info instructions list log ls parse
  reflog rev search shortlog show status verify`);

/** Commands of version control that change the tree or the repository. */
export const vcsWriteWords = words(`
  add am apply bisect branch checkout cherry clean clone commit fetch init merge mv pull push rebase remote reset
  restore revert rm stage stash submodule switch tag unstage update worktree`);

/** What lies in other systems; a server with three tools that name such a thing belongs to such a system. */
export const remoteNouns = words(`
  block calendar channel channels cluster customer database deployment email emails fork forum guild helm issue issues
  kubectl mail mails message messages namespace namespaces page pages payment pod pods pull repositories repository
  request requests ticket tickets tweet tweets webhook webhooks`);

/** Arguments that say which of several things a tool is to do. */
export const chooserNames = words('action cmd command op operation sub_command subcommand');

/** The same, unless the tool's name says what it does. */
export const looseChooserNames = words('method mode');

/** Values of such an argument that only look. */
export const chooserReadWords = words(`
  cat count current describe find get grep history info list log ls read search show stat status verify view`);

/** What these make lands in files, wherever nothing is said of the place. */
export const landingWords = words('download dump export init initialise initialize scaffold');

/** Things that lie in the workspace, wherever nothing is said of the place. */
export const localNouns = words(
  'buffer cell cells codebase dependencies dependency imports package packages symbol workspace',
);

/** Switches that make a reading tool a writing one. */
export const writingFlags = words(
  'apply autofix create delete fix in_place init initialise initialize inplace overwrite remove save write',
);
