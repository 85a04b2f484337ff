package io.meshrpc.bench;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Numbers for the calls in flight on a socket. Owned by the issuing thread. */
final class Slots {
  private final @Nullable InFlight[] calls;
  private final int[] free;
  private int freeCount;

  Slots(int size) {
    calls = new InFlight[size];
    free = new int[size];
    for (int i = 0; i < size; i++) {
      free[freeCount++] = i;
    }
  }

  int put(InFlight call) {
    int id = free[--freeCount];
    calls[id] = call;
    return id;
  }

  InFlight take(long id) {
    InFlight call = Objects.requireNonNull(calls[(int) id], "an echo that nobody asked for");
    calls[(int) id] = null;
    free[freeCount++] = (int) id;
    return call;
  }
}
