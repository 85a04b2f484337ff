package io.meshrpc.sim;

import io.meshrpc.wire.Batch;
import io.meshrpc.wire.Packet;
import io.meshrpc.wire.Welcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A server without the fence of sessions: whatever a connection delivers counts as written for the
 * session that was opened on it, also what was written for an earlier connection or process.
 */
final class NoFence implements Door {
  private final Map<Long, Long> sessions = new HashMap<>(); // by route
  private final Map<Long, List<Batch>> early = new HashMap<>(); // before the Hello; by route

  @Override
  public List<Batch> enter(long route, Batch batch) {
    Long session = sessions.get(route);
    if (batch.session() == 0) {
      return List.of(batch);
    }
    List<Batch> all = early.computeIfAbsent(route, any -> new ArrayList<>());
    all.add(batch);
    if (session == null) {
      return List.of();
    }
    early.remove(route);
    return all.stream()
        .map(each -> new Batch(session, each.ackBelow(), each.load(), each.packets()))
        .toList();
  }

  @Override
  public void leave(long route, Packet packet) {
    if (packet instanceof Welcome welcome) {
      sessions.put(route, welcome.session());
    }
  }
}
