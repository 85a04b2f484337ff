package io.meshrpc.security;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * CURVE, the security of ZeroMQ itself: keys instead of certificates, for meshes with ZeroMQ peers in
 * other languages. Everything is encrypted, the client knows that it speaks with the holder of the
 * server's key, and the server lets in only those keys that are on its list. docs/guide/security.md
 * compares it with TLS, which is many times faster for large payloads.
 *
 * <pre>{@code
 * MeshServer.builder().security(CurveSecurity.server(
 *     CurveKeys.load(Path.of("server.key")), CurveAllowList.file(Path.of("clients.allow"))))
 * MeshClient.builder().security(CurveSecurity.client(
 *     CurveKeys.load(Path.of("orders.key")), "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"))
 * }</pre>
 */
public final class CurveSecurity implements MeshSecurity {
  private static final System.Logger LOG = System.getLogger("io.meshrpc");
  private static final Duration RELOAD_EVERY = Duration.ofSeconds(1);
  private static final Duration RELOAD_EVERY_MAX = Duration.ofDays(1);

  private final CurveKeys own;
  private final @Nullable CurveAllowList allowed; // of a server
  private final @Nullable String serverKey; // of a client
  private final Duration reloadEvery;
  private final List<Runnable> onChange = new CopyOnWriteArrayList<>();

  private CurveSecurity(
      CurveKeys own,
      @Nullable CurveAllowList allowed,
      @Nullable String serverKey,
      Duration reloadEvery) {
    this.own = Objects.requireNonNull(own, "own");
    this.allowed = allowed;
    this.serverKey = serverKey;
    this.reloadEvery = reloadEvery;
  }

  /** For servers: with these keys, for the clients of this list. */
  public static CurveSecurity server(CurveKeys own, CurveAllowList allowed) {
    return new CurveSecurity(own, Objects.requireNonNull(allowed, "allowed"), null, RELOAD_EVERY);
  }

  /**
   * For clients: with these keys, to servers that have the secret key to this public one. All servers
   * of a client share one pair of keys.
   *
   * @param serverPublicKey 40 characters of Z85
   * @throws IllegalArgumentException if it is no key
   */
  public static CurveSecurity client(CurveKeys own, String serverPublicKey) {
    String key = Z85Keys.checkPublic("server's public key", serverPublicKey);
    return new CurveSecurity(own, null, key, RELOAD_EVERY);
  }

  /**
   * How often servers look whether their list has changed; every second unless set.
   *
   * @param span from 10 ms to a day
   */
  public CurveSecurity withReloadEvery(Duration span) {
    if (span.compareTo(Duration.ofMillis(10)) < 0 || span.compareTo(RELOAD_EVERY_MAX) > 0) {
      throw new IllegalArgumentException("reloadEvery: " + span + " (expected: "
          + Duration.ofMillis(10) + " to " + RELOAD_EVERY_MAX + ")");
    }
    return new CurveSecurity(own, allowed, serverKey, span);
  }

  /**
   * Reads the list again now, and judges every connection of the servers that use it: those whose key
   * is no longer there, or has another name, are ended. Nothing on a client's side.
   *
   * @throws IllegalArgumentException if the list is a file that is wrong; then nothing changes
   */
  public void reload() {
    if (allowed != null) {
      allowed.refresh(true);
      onChange.forEach(Runnable::run);
    }
  }

  /** Whether it is a server's. */
  public boolean isServer() {
    return allowed != null;
  }

  /** Its keys. */
  public CurveKeys keys() {
    return own;
  }

  /** The public key of the servers, as Z85; empty on a server's side. */
  public String serverKey() {
    return serverKey == null ? "" : serverKey;
  }

  /** How often the list is looked at. */
  public Duration reloadEvery() {
    return reloadEvery;
  }

  /**
   * The name of a client; empty if it is not to be let in.
   *
   * @throws RuntimeException what the list throws
   */
  public Optional<String> nameOf(String publicKey) {
    return allowed == null ? Optional.empty() : allowed.nameOf(publicKey);
  }

  /** Looks whether the list has changed, and logs what is wrong with it. For servers. */
  public void look() {
    try {
      if (allowed != null && allowed.refresh(false)) {
        LOG.log(Level.INFO, "the allow-list has changed");
        onChange.forEach(Runnable::run);
      }
    } catch (RuntimeException e) {
      LOG.log(
          Level.WARNING, "the allow-list is wrong; what was read before holds: " + e.getMessage());
    }
  }

  /** Who wants to know when the list has changed, until the returned action runs. For servers. */
  public Runnable onChange(Runnable listener) {
    onChange.add(listener);
    return () -> onChange.remove(listener);
  }

  /** Shows public keys only. */
  @Override
  public String toString() {
    return isServer()
        ? "CurveSecurity[server " + own.publicKey() + "]"
        : "CurveSecurity[client " + own.publicKey() + ", server " + serverKey + "]";
  }
}
