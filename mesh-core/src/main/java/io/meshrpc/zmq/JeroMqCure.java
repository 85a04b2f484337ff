package io.meshrpc.zmq;

import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandles;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import zmq.poll.IPollEvents;
import zmq.util.Errno;

/**
 * Puts classes of ours in the place of JeroMQ's {@code zmq.Signaler}, {@code zmq.poll.Poller} and {@code
 * zmq.util.Clock} before those are loaded. The first two keep each other and the processor busy with system
 * calls that change nothing, and cannot do without a thread of their own; docs/PERFORMANCE.md has figures,
 * decisions 15 and 18 say why it is done like this. The third waits too long when the wall's clock is set back.
 *
 * <p>Where it cannot be done, because somebody has used JeroMQ before, or it is another version, nothing
 * is lost but time. The system property {@code io.meshrpc.jeromq} set to {@code plain} leaves JeroMQ's
 * classes in their places.
 */
final class JeroMqCure {
  static final String PROPERTY = "io.meshrpc.jeromq";
  private static final System.Logger LOG = System.getLogger("io.meshrpc");
  private static final String OURS = "/META-INF/mesh/";
  private static final String VERSION = "/META-INF/maven/org.zeromq/jeromq/pom.properties";
  private static final String KNOWN_VERSION = "0.6.0";
  private static final String DRIVE = "zmq.poll.Drive";
  private static final List<String> POLLING = List.of(
      DRIVE,
      "zmq.poll.Poller$Handle",
      "zmq.poll.Poller$Rest",
      "zmq.poll.Poller$Timer",
      "zmq.poll.Poller$Due",
      "zmq.poll.Poller");

  private JeroMqCure() {}

  /** Done once, by whoever needs JeroMQ first. */
  private static final class Done {
    static final String FAILURE = tryIt();

    private Done() {}
  }

  /** Does it, unless it was done; empty, or why it could not be done. */
  static String apply() {
    return Done.FAILURE;
  }

  /** What lets a thread do the work of JeroMQ's I/O thread; null if JeroMQ's classes are in place. */
  static @Nullable Object newDrive() {
    if (!apply().isEmpty()) {
      return null;
    }
    try {
      ClassLoader loader = zmq.ZError.class.getClassLoader();
      return Class.forName(DRIVE, true, loader).getConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e); // it is our own
    }
  }

  private static String tryIt() {
    if ("plain".equals(System.getProperty(PROPERTY))) {
      return PROPERTY + " is plain";
    }
    try {
      String version = version();
      if (!KNOWN_VERSION.equals(version)) {
        return logged("JeroMQ " + version + " (expected: " + KNOWN_VERSION + ")");
      }
      MethodHandles.Lookup self = MethodHandles.lookup();
      MethodHandles.Lookup inside = MethodHandles.privateLookupIn(zmq.ZError.class, self);
      inside.defineClass(bytes("zmq.Signaler")); // fails if JeroMQ was used before
      inside = MethodHandles.privateLookupIn(IPollEvents.class, self);
      for (String name : POLLING) {
        inside.defineClass(bytes(name));
      }
      inside = MethodHandles.privateLookupIn(Errno.class, self);
      inside.defineClass(bytes("zmq.util.Clock"));
      return "";
    } catch (IOException | IllegalAccessException | RuntimeException | LinkageError e) {
      return logged(e.toString()); // most likely it is loaded already
    }
  }

  private static String logged(String reason) {
    LOG.log(Level.INFO, "JeroMQ stays as it is, and calls will take longer: " + reason);
    return reason;
  }

  private static @Nullable String version() throws IOException {
    try (InputStream in = zmq.ZError.class.getResourceAsStream(VERSION)) {
      Properties said = new Properties();
      if (in != null) {
        said.load(in);
      }
      return said.getProperty("version");
    }
  }

  private static byte[] bytes(String name) throws IOException {
    String path = OURS + name.replace('.', '/') + ".class";
    try (InputStream in = JeroMqCure.class.getResourceAsStream(path)) {
      if (in == null) {
        throw new IOException(path + " is not there");
      }
      return in.readAllBytes();
    }
  }
}
