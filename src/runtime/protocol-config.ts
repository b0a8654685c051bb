/** The rules of coordination a config asks for. */
import type { MassGenConfig } from '../config/schema/massgen-config.ts';
import type { ProtocolConfig } from '../protocol/protocol-config.ts';

/** `changesFiles`: the final turn may change files of the user. */
export function protocolConfig(
  config: MassGenConfig,
  aliases: ReadonlyMap<string, string>,
  changesFiles: boolean,
): ProtocolConfig {
  const { orchestrator } = config;
  return {
    agents: config.agents.map(({ id }) => ({ id, alias: aliases.get(id) ?? id })),
    onNewAnswer: orchestrator.coordination.on_new_answer,
    maxNewAnswersPerAgent: orchestrator.max_new_answers_per_agent,
    ...(orchestrator.max_new_answers_global === undefined
      ? {}
      : { maxNewAnswersGlobal: orchestrator.max_new_answers_global }),
    finalAnswerStrategy: orchestrator.final_answer_strategy,
    // Somebody has to carry the plan out, and nobody else changes the user's files.
    finalTurnRequired: orchestrator.coordination.enable_planning_mode || changesFiles,
  };
}
