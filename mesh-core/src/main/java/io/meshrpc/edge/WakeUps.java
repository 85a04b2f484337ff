package io.meshrpc.edge;

import io.meshrpc.core.ClientCall;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Wakes the callers that wait for calls which have ended in a turn of the loop: a few of them itself,
 * and each of these wakes the next of its chain. A thread that is woken takes the processor of one that
 * has run for longer, so a loop that woke all would be stopped by each, before it could look for more.
 */
public final class WakeUps {
  private static final int CHAINS = 8;

  private final @Nullable PendingReply<?>[] firsts = new PendingReply<?>[CHAINS];

  /** For the loop: ends and wakes all of these whose tickets are of threads that wait. */
  public void wake(List<ClientCall> ended) {
    int count = 0;
    for (int i = ended.size() - 1; i >= 0; i--) { // so that the first is at the head of its chain
      ClientCall call = ended.get(i);
      if (call.ticket() instanceof PendingReply<?> pending) {
        int chain = count++ % CHAINS;
        pending.end(call, firsts[chain]);
        firsts[chain] = pending;
      }
    }
    for (int chain = Math.min(count, CHAINS) - 1; chain >= 0; chain--) {
      PendingReply<?> first = firsts[chain];
      firsts[chain] = null;
      if (first != null) {
        first.wake();
      }
    }
  }
}
