package io.meshrpc.zmq;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Finds the addresses of hosts, in threads of its own: a name server may take seconds to answer, and the loop
 * has calls to attend to.
 */
final class Hosts {
  private static final String BYTE = "(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])";
  // nothing else: whoever dials asks for the address of what is none, and waits
  private static final Pattern IPV4 = Pattern.compile(BYTE + "(\\." + BYTE + "){3}");
  private static final int THREADS =
      4; // so that a name nobody answers for does not hold up the others
  private static final int KEEP_SECONDS = 5;
  private static final int UNREACHED_MAX = 1000; // endpoints come and go

  /** Asks for the addresses of a host. */
  interface Finder {
    /** All of them; at least one. */
    InetAddress[] find(String host) throws UnknownHostException;
  }

  /** Who waits for an address. */
  private record Asker(Consumer<String> found, Consumer<String> failed) {}

  private final Finder finder;
  private final ThreadPoolExecutor threads;
  // by endpoint in the queue or asked for; empty: nobody wants to know any more; guarded by itself
  private final Map<String, Optional<Asker>> asked = new HashMap<>();

  // told last, by endpoint, while no server is reached there; guarded by itself
  private final Map<String, String> unreached = new LinkedHashMap<>() {
    @Override
    protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
      return size() > UNREACHED_MAX;
    }
  };

  /** Asks the JDK. */
  Hosts(String node) {
    this(node, InetAddress::getAllByName);
  }

  Hosts(String node, Finder finder) {
    this.finder = finder;
    ThreadFactory factory = task -> {
      Thread thread = new Thread(task, node + "-names");
      thread.setDaemon(true);
      return thread;
    };
    this.threads = new ThreadPoolExecutor(
        THREADS, THREADS, KEEP_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), factory);
    threads.allowCoreThreadTimeOut(true);
  }

  /** The host of an endpoint; without brackets. */
  static String host(String endpoint) {
    String address = endpoint.substring(endpoint.indexOf("//") + 2);
    String host = address.substring(0, address.lastIndexOf(':'));
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  /** The port of an endpoint. */
  static int port(String endpoint) {
    return Integer.parseInt(endpoint.substring(endpoint.lastIndexOf(':') + 1));
  }

  /** Whether nobody need be asked: the endpoint has an address and no name. */
  static boolean isAddress(String endpoint) {
    return endpoint.contains("[") || IPV4.matcher(host(endpoint)).matches();
  }

  /**
   * Finds the address of an endpoint with a name, of IPv4 first, and the next one if no server was {@link
   * #reached} at that; tells one of the two in a thread of its own, neither once it is closed. Who asks
   * again for the same endpoint gets the answer in the place of who asked before: a client asks every few
   * seconds, and a name server may take longer.
   */
  void find(String endpoint, Consumer<String> found, Consumer<String> failed) {
    synchronized (asked) {
      if (asked.put(endpoint, Optional.of(new Asker(found, failed))) != null) {
        return;
      }
    }
    try {
      threads.execute(() -> answer(endpoint));
    } catch (Throwable e) { // no thread is to be had, for one
      leave(endpoint);
      throw e;
    }
  }

  /** Nobody wants to know any more where this is. */
  void forget(String endpoint) {
    synchronized (asked) {
      asked.replace(endpoint, Optional.empty());
    }
  }

  private void answer(String endpoint) {
    if (!isWanted(endpoint)) {
      return;
    }
    String address;
    try {
      address = addressOf(endpoint);
    } catch (Throwable e) { // whatever it is: the next who asks is not to wait for this
      String reason = "the host is not known: " + e.getMessage();
      leave(endpoint).ifPresent(asker -> asker.failed.accept(reason));
      return;
    }
    leave(endpoint).ifPresent(asker -> asker.found.accept(address));
  }

  private boolean isWanted(String endpoint) {
    synchronized (asked) {
      return !asked.remove(endpoint, Optional.<Asker>empty());
    }
  }

  private Optional<Asker> leave(String endpoint) {
    synchronized (asked) {
      Optional<Asker> asker = asked.remove(endpoint);
      return asker == null ? Optional.empty() : asker;
    }
  }

  /** Endpoints that are in the queue or asked for. */
  int count() {
    return threads.getQueue().size() + threads.getActiveCount();
  }

  private String addressOf(String endpoint) throws UnknownHostException {
    List<String> all = new ArrayList<>();
    int four = 0;
    for (InetAddress each : finder.find(host(endpoint))) {
      String text = each.getHostAddress();
      if (each instanceof Inet6Address) {
        all.add("tcp://[" + text + "]:" + port(endpoint));
      } else {
        all.add(four++, "tcp://" + text + ":" + port(endpoint));
      }
    }
    synchronized (unreached) {
      int before = all.indexOf(unreached.getOrDefault(endpoint, ""));
      String address = all.get((before + 1) % all.size());
      unreached.put(endpoint, address);
      return address;
    }
  }

  /** A server was reached where this endpoint was found: the first address is as good as any the next time. */
  void reached(String endpoint) {
    synchronized (unreached) {
      unreached.remove(endpoint);
    }
  }

  void close() {
    threads.shutdownNow();
  }
}
