/** What `massgen/testing` offers: fakes of the world around a team, for tests of agents and configs. */
export {
  type ChatRequestBody,
  type ChatScript,
  type ChatStep,
  type FakeChatServer,
  type FakeChatServerOptions,
  type RecordedChatRequest,
  startFakeChatServer,
} from './fake-chat-server.ts';
export { createSimulatedClock, type SimulatedClock } from './simulated-clock.ts';
