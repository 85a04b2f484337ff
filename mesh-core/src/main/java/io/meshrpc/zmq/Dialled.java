package io.meshrpc.zmq;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A client's connections: as the user has named them, and where that is. Two names may have one address, and
 * JeroMQ ends all connections to an address at once; so no two are spelled alike: a port may begin with zeros.
 */
final class Dialled {
  private final Map<Long, To> byRoute = new HashMap<>();
  private final Set<String> spellings = new HashSet<>();

  private record To(String endpoint, String spelling) {}

  /** Adds one; how its address is to be spelled. */
  String add(long route, String endpoint, String address) {
    String spelling = address;
    while (!spellings.add(spelling)) {
      int port = spelling.lastIndexOf(':') + 1;
      spelling = spelling.substring(0, port) + '0' + spelling.substring(port);
    }
    byRoute.put(route, new To(endpoint, spelling));
    return spelling;
  }

  /** Takes one out; how its address was spelled. */
  @Nullable
  String remove(long route) {
    To gone = byRoute.remove(route);
    if (gone == null) {
      return null;
    }
    spellings.remove(gone.spelling);
    return gone.spelling;
  }

  boolean contains(long route) {
    return byRoute.containsKey(route);
  }

  /** Its name; null if there is none. */
  @Nullable
  String endpoint(long route) {
    To to = byRoute.get(route);
    return to == null ? null : to.endpoint;
  }
}
