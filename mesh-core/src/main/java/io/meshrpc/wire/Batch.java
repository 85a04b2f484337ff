package io.meshrpc.wire;

import io.meshrpc.api.LoadReport;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one ZeroMQ frame holds.
 *
 * @param session the session that the receiver or the sender issued; 0 for none
 * @param ackBelow every call of the client with a smaller number is finished
 * @param load how busy the sending server is; null from clients
 * @param packets in the order of their bytes
 */
public record Batch(long session, long ackBelow, @Nullable LoadReport load, List<Packet> packets) {
  /** Copies the list. */
  public Batch {
    packets = List.copyOf(packets);
  }
}
