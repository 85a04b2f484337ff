package io.meshrpc.wire;

import io.meshrpc.api.LoadReport;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one frame carries.
 *
 * @param session the session that the server issued; 0 around Hello, Welcome and Refusal
 * @param ackBelow every call of the client with a smaller number is finished; 0 from a server
 * @param load how busy the server is; null if it does not say, and from a client
 * @param packets in the order of the bytes; written in the order of their kinds, and of this list
 *     within a kind; not to be changed while the batch is in use
 */
public record Batch(long session, long ackBelow, @Nullable LoadReport load, List<Packet> packets) {}
