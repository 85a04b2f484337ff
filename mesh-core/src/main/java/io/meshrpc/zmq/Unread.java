package io.meshrpc.zmq;

import java.util.Collection;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** What waits to be sent to all connections of a server. Owned by the loop thread. */
final class Unread {
  private static final int LOOKS = 8; // while as much is sent as may wait

  private final long bytesMax;
  private long bytesSince; // the last look

  Unread(long bytesMax) {
    this.bytesMax = bytesMax;
  }

  /** These are sent; whether it is time to look how much waits. */
  boolean isToBeCounted(int bytes) {
    bytesSince += bytes;
    return bytesSince > bytesMax / LOOKS;
  }

  /** While more waits than may, who has the most is shown out. */
  void relieve(Collection<Visitor> all, BiConsumer<Visitor, String> showOut) {
    Visitor most;
    while ((most = tooMuchOf(all)) != null) {
      long bytes = most.unreadThereBytes();
      showOut.accept(most, "does not read: " + bytes + " bytes wait, the most of all");
    }
  }

  private @Nullable Visitor tooMuchOf(Collection<Visitor> all) {
    bytesSince = 0;
    Visitor most = null;
    long mostBytes = 0;
    long sum = 0;
    for (Visitor visitor : all) {
      long bytes = visitor.dropped ? 0 : visitor.unreadThereBytes();
      sum += bytes;
      if (bytes > mostBytes) {
        most = visitor;
        mostBytes = bytes;
      }
    }
    return sum > bytesMax ? most : null;
  }
}
