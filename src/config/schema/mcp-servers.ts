/** `mcp_servers`: a map from name to server, or a list of servers with a `name`. Comes out as a list. */
import { z } from 'zod';
import { checkMcpServer } from './check-mcp-server.ts';
import { normaliseServer } from './mcp-server-config.ts';
import { mcpServerFields, serverNameSchema } from './mcp-server-fields.ts';

const listForm = z
  .array(mcpServerFields.extend({ name: serverNameSchema }).superRefine(checkMcpServer))
  .transform((servers) => servers.map((server) => normaliseServer(server, server.name)));

const mapForm = z
  .record(serverNameSchema, mcpServerFields.superRefine(checkMcpServer))
  .transform((servers) => Object.entries(servers).map(([name, server]) => normaliseServer(server, name)));

export const mcpServersSchema = z
  .union([listForm, mapForm])
  .prefault([])
  .meta({ description: 'MCP servers whose tools the agent may use.' });
