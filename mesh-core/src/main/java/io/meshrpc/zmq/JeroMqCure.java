package io.meshrpc.zmq;

import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandles;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Puts a class of ours in the place of JeroMQ's {@code zmq.Signaler} before that is loaded. JeroMQ's
 * writes a signal before it counts it: a thread that is woken in between finds nothing, and looks again
 * and again for as long as it keeps the writer from going on. With few calls at once that is most of
 * the time a call takes; docs/PERFORMANCE.md has figures, and decision 15 says why it is done like this.
 *
 * <p>Where it cannot be done, because somebody has used JeroMQ before, or it is another version, nothing
 * is lost but time. The system property {@code io.meshrpc.signaler} set to {@code jeromq} leaves
 * JeroMQ's class in its place.
 */
final class SignalerCure {
  static final String PROPERTY = "io.meshrpc.signaler";
  private static final System.Logger LOG = System.getLogger("io.meshrpc");
  private static final String OURS = "/META-INF/mesh/zmq/Signaler.class";
  private static final String VERSION = "/META-INF/maven/org.zeromq/jeromq/pom.properties";
  private static final String KNOWN_VERSION = "0.6.0";

  private SignalerCure() {}

  /** Done once, by whoever needs JeroMQ first. */
  private static final class Done {
    static final String FAILURE = tryIt();

    private Done() {}
  }

  /** Does it, unless it was done; empty, or why it could not be done. */
  static String apply() {
    return Done.FAILURE;
  }

  private static String tryIt() {
    if ("jeromq".equals(System.getProperty(PROPERTY))) {
      return PROPERTY + " is jeromq";
    }
    try {
      String version = version();
      if (!KNOWN_VERSION.equals(version)) {
        return logged("JeroMQ " + version + " (expected: " + KNOWN_VERSION + ")");
      }
      MethodHandles.Lookup inside =
          MethodHandles.privateLookupIn(zmq.ZError.class, MethodHandles.lookup());
      inside.defineClass(bytes());
      return "";
    } catch (IOException | IllegalAccessException | RuntimeException | LinkageError e) {
      return logged(e.toString()); // most likely it is loaded already
    }
  }

  private static String logged(String reason) {
    LOG.log(
        Level.INFO,
        "JeroMQ's Signaler stays as it is, calls will take longer where they are few: " + reason);
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

  private static byte[] bytes() throws IOException {
    try (InputStream in = SignalerCure.class.getResourceAsStream(OURS)) {
      if (in == null) {
        throw new IOException(OURS + " is not there");
      }
      return in.readAllBytes();
    }
  }
}
