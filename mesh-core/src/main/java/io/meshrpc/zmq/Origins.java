package io.meshrpc.zmq;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import zmq.io.Metadata;

/** What JeroMQ says of where a server's connections come from. */
final class Origins {
  private static final Pattern ADDRESS = // the peer may have put anything in its place
      Pattern.compile("[0-9a-fA-F:.%\\[\\]]{1,60}");

  private final Map<Long, Metadata> byRoute = new HashMap<>();

  void put(long route, @Nullable Metadata metadata) {
    if (metadata != null) {
      byRoute.put(route, metadata);
    }
  }

  void remove(long route) {
    byRoute.remove(route);
  }

  String address(long route) {
    Metadata from = byRoute.get(route);
    String said = from == null ? null : from.get(Metadata.PEER_ADDRESS);
    return said == null || !ADDRESS.matcher(said).matches() ? "an unknown address" : said;
  }
}
