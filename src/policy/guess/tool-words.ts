/**
 * Words in the names of tools and what they say of what a tool does. These are lists of English words, not of known
 * tools: a tool none of whose words is here may do anything.
 */

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/u));

/** Looks and changes nothing. */
export const readWords = words(`
  analyse analyze ask assess blame browse calculate cat check classify compare compute count crawl describe detect
  discover echo enumerate estimate examine exists explain explore fetch find get glob grep identify infer inspect list
  load locate lookup ls measure peek ping poll predict probe pwd query rank read recommend research retrieve
  scan scrape search see show suggest summarise summarize tell think validate verify wait whoami`);

/** Says the same, unless a word of another list stands beside it: `file_info`, but `info_update`. */
export const readNouns = words(`
  context definition diff distance head health help history info instructions logs map match metadata monitor outline
  preview prompts references reflog review size stat stats status summarizer summary tail thinking top tree version
  view watch`);

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
  accept acknowledge activate adjust administer advance alert allocate allow answer approve arrange assign attend
  authenticate authorize await award bill bind block book bookmark broadcast buy call cancel cast challenge charge
  chat choose claim clarify click close collect comment complete compose conclude conduct configure confirm connect
  consult contact continue control coordinate cordon credit customize deactivate debit decide decline decode define
  delegate deliver demote deny deploy deposit detach determine dial disable disconnect discuss dismiss dispatch
  display distribute donate draft drag drain embed emit emulate enable encode enqueue enrich enroll ensure escalate
  exchange exclude expire favorite feedback filter finalize finish flag flip flush focus follow forget fork forward
  give grant greet group handle hide highlight hold hover ignore include increase inform initiate invite issue join
  keep leave like listen login logout maintain manage mark meet mention moderate mute navigate negotiate notify offer
  onboard open operate orchestrate order pair participate pause pay perform permit pin place plan play prepare present
  press prioritize process promote propose protect provide provision purchase qualify queue quote raise rate react
  reassign receive reconcile reconnect recover reduce refine reflect refresh refund refuse reject relate relay release
  reload remember remind renew rent repeat replay reply report repost request reserve reset resolve respond restrict
  resume retry return retweet reveal reverse revoke reward rollout route rsvp scale schedule scroll secure select sell
  send separate serve settle setup share ship sign simulate skip sleep snooze solve speak specify star stream submit
  subscribe supply support suspend swipe switch talk tap teach toggle track trade train transcribe transfer transition
  trigger tune type unapprove unarchive unassign unban unblock uncordon unfavorite unfollow unlike unmute unpin
  unprotect unshare unstar unsubscribe void vote warn welcome withdraw`);

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
  bigquery block calendar channel channels clickhouse cluster customer database deployment dynamodb elasticsearch
  email emails fork forum guild helm issue issues kubectl mail mails mariadb message messages mongo mongodb mssql
  mysql namespace namespaces page pages payment pg pod pods postgres postgresql pull redis repositories repository
  request requests snowflake supabase ticket tickets tweet tweets webhook webhooks`);

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
  'buffer cell cells codebase dependencies dependency diff imports package packages patch symbol workspace',
);

/** Switches that make a reading tool a writing one. */
export const writingFlags = words(
  'apply autofix create delete fix in_place init initialise initialize inplace overwrite remove save write',
);
