package io.meshrpc.security;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Which clients a server lets in, by their public keys, and what they are called. {@link #file} and
 * {@link #of} make one; or ask whoever knows, such as a database.
 */
@FunctionalInterface
public interface CurveAllowList {
  /**
   * The name of a client; empty if it is not to be let in. Asked for each new connection, and for each
   * key that is connected when the list is read again. Called from a thread of each
   * server's security, whose new connections wait for a slow answer, and from those that reload: it must be
   * safe to use from several threads. What it throws keeps a
   * new client out, and ends nobody. After an answer changed, {@link CurveSecurity#reload} ends what is connected.
   *
   * @param publicKey 40 characters of Z85; its owner has proven to have the secret key
   */
  Optional<String> nameOf(String publicKey);

  /**
   * Called now and then while a server runs, see {@link CurveSecurity#withReloadEvery}: looks whether
   * the answers may have changed, and makes the new ones hold. True if so: then the connections that
   * are there are judged again. Throws if the new answers make no sense; then the old ones hold on.
   *
   * @param now do not wait for a source that may be being written; see {@link CurveSecurity#reload}
   */
  default boolean refresh(boolean now) {
    return now;
  }

  /**
   * A list that does not change.
   *
   * @param nameByKey public key, as Z85, to the client's name
   * @throws IllegalArgumentException if one is no key, or a name is empty
   */
  static CurveAllowList of(Map<String, String> nameByKey) {
    Map<String, String> names = AllowListFile.checked(nameByKey);
    return key -> Optional.ofNullable(names.get(key));
  }

  /**
   * A list in a file: on each line a public key, a space, and the client's name. Empty lines do not
   * count, nor do those that begin with {@code #}. The file is read again when it has
   * changed; one that is wrong then is named in the log, and what was read before holds.
   *
   * @throws IllegalArgumentException if it cannot be read, or a line is wrong
   */
  static CurveAllowList file(Path file) {
    return new AllowListFile(file);
  }
}
