package io.meshrpc.zmq;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
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
  private static final Pattern IPV4 = Pattern.compile("[0-9.]+");
  private static final int THREADS =
      4; // so that a name nobody answers for does not hold up the others
  private static final int KEEP_SECONDS = 5;

  /** Asks for the addresses of a host. */
  interface Finder {
    /** All of them; at least one. */
    InetAddress[] find(String host) throws UnknownHostException;
  }

  private final Finder finder;
  private final ThreadPoolExecutor threads;

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
   * Finds the address of an endpoint with a name, of IPv4 if there is one, and tells one of the two in a
   * thread of its own; neither once it is closed.
   */
  void find(String endpoint, Consumer<String> found, Consumer<String> failed) {
    threads.execute(() -> {
      String address;
      try {
        address = addressOf(endpoint);
      } catch (UnknownHostException | RuntimeException e) {
        failed.accept("the host is not known: " + e.getMessage());
        return;
      }
      found.accept(address);
    });
  }

  private String addressOf(String endpoint) throws UnknownHostException {
    InetAddress[] all = finder.find(host(endpoint));
    InetAddress best = all[0];
    for (InetAddress each : all) {
      if (each instanceof Inet4Address) {
        best = each;
        break;
      }
    }
    String text = best.getHostAddress();
    return "tcp://" + (best instanceof Inet6Address ? "[" + text + "]" : text) + ":"
        + port(endpoint);
  }

  void close() {
    threads.shutdownNow();
  }
}
