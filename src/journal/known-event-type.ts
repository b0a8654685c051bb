/**
 * Which types of events this version knows. A newer minor version may add some; readers keep them as they are
 * and displays leave them out.
 */
import type { RunEventType } from '../events/run-event.ts';

const known: Readonly<Record<RunEventType, true>> = {
  'run.started': true,
  'run.resumed': true,
  'run.finished': true,
  'message.user': true,
  'agent.joined': true,
  'agent.session': true,
  'agent.retired': true,
  'turn.started': true,
  'turn.finished': true,
  'turn.failed': true,
  'turn.interrupted': true,
  'backoff.ended': true,
  'attempt.rejected': true,
  'model.call.started': true,
  'model.call.finished': true,
  'text.delta': true,
  'reasoning.delta': true,
  'answer.submitted': true,
  'answer.rejected': true,
  'vote.cast': true,
  'vote.voided': true,
  'update.injected': true,
  'steering.received': true,
  'tool.call.started': true,
  'tool.call.finished': true,
  'workspace.changed': true,
  'workspace.kept': true,
  'workspace.prepared': true,
  'context.staged': true,
  'context.changed': true,
  'changes.applied': true,
  'changes.kept': true,
  'changes.undone': true,
  'approval.requested': true,
  'approval.decided': true,
  'budget.reserved': true,
  'budget.settled': true,
  'limit.warned': true,
  'limit.reached': true,
  'snapshot.published': true,
  'server.starting': true,
  'server.ready': true,
  'server.tools.changed': true,
  'server.failed': true,
  'server.stopped': true,
  'breaker.changed': true,
  'winner.selected': true,
  'presentation.started': true,
  'presentation.finished': true,
  'warning.raised': true,
};

/** False for types a newer version has added. */
export function isKnownEventType(type: string): type is RunEventType {
  return Object.hasOwn(known, type);
}
