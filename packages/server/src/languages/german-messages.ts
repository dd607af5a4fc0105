// Long because: all messages of one language are one table, so that a translator sees them together.

/**
 * What errors, checks and tests say, in German, by their English. `{names}` stand for what differs; what a provider said itself is
 * among them and stays as it is.
 */
export const germanMessages: Readonly<Record<string, string>> = {
  // Numbers with their units.
  '{number} second': '{number} Sekunde',
  '{number} seconds': '{number} Sekunden',
  '{number} minute': '{number} Minute',
  '{number} minutes': '{number} Minuten',
  '{number} character': '{number} Zeichen',
  '{number} characters': '{number} Zeichen',
  '{number} byte': '{number} Byte',
  '{number} bytes': '{number} Byte',
  '{number} webhook': '{number} Webhook',
  '{number} webhooks': '{number} Webhooks',
  // Words of the server.
  'There is nothing at this address.': 'Unter dieser Adresse gibt es nichts.',
  'There is no such account.': 'Dieses Konto gibt es nicht.',
  'There is no such connection.': 'Diese Verbindung gibt es nicht.',
  'The embedded practice provider is off on this server.':
    'Der eingebaute Anbieter zum Üben ist auf diesem Server ausgeschaltet.',
  'There is no such user.': 'Diese Person gibt es nicht.',
  'There is no such API key.': 'Diesen API-Schlüssel gibt es nicht.',
  'There is no such API key for this account.': 'Diesen API-Schlüssel gibt es für dieses Konto nicht.',
  'This API key is for all accounts: none can be taken away from it.':
    'Dieser API-Schlüssel gilt für alle Konten: Ihm lässt sich kein einzelnes wegnehmen.',
  'There is no such folder.': 'Diesen Ordner gibt es nicht.',
  'There is no such message in this folder.': 'Diese Nachricht gibt es in diesem Ordner nicht.',
  'There is no such notice.': 'Diesen Hinweis gibt es nicht.',
  'There is no such webhook.': 'Diesen Webhook gibt es nicht.',
  'There is no such delivery of this webhook.': 'Diese Zustellung gibt es bei diesem Webhook nicht.',
  'There are {count} already, and no more are kept.': 'Es gibt schon {count}, und mehr werden nicht gespeichert.',
  'This is a test. Nothing has happened.': 'Das ist ein Test. Es ist nichts geschehen.',
  'There was no answer within {span}.': 'Innerhalb von {span} kam keine Antwort.',
  'Somebody else changed the secret at this moment.': 'In diesem Augenblick hat jemand anderes das Geheimnis geändert.',
  'There is no account {unknown}.': 'Das Konto {unknown} gibt es nicht.',
  'Nobody is signed in.': 'Niemand ist angemeldet.',
  'Nobody signs in with this connection.': 'Über diese Verbindung meldet sich niemand an.',
  'Nobody signs in with this connection any more.': 'Über diese Verbindung meldet sich niemand mehr an.',
  'Nobody with the address {email} was invited here.': 'Mit der Adresse {email} wurde hier niemand eingeladen.',
  'Addresses like {email} may not sign in here by themselves.':
    'Mit Adressen wie {email} kann man sich hier nicht von selbst anmelden.',
  'The provider does not say that this e-mail address was verified.':
    'Der Anbieter sagt nicht, dass diese E-Mail-Adresse bestätigt ist.',
  'No sign-in is waiting for this answer: it was finished already.':
    'Auf diese Antwort wartet keine Anmeldung: Sie ist schon abgeschlossen.',
  "This answer came to another connection's address than it was asked for at.":
    'Diese Antwort kam bei der Adresse einer anderen Verbindung an als der, über die gefragt wurde.',
  "This answer came to another connection's address than the one that the consent was begun for.":
    'Diese Antwort kam bei der Adresse einer anderen Verbindung an als der, für die das Verbinden begonnen wurde.',
  'No consent is waiting for this answer: it was finished already, or it is not known here.':
    'Auf diese Antwort wartet keine Zustimmung: Sie ist schon abgeschlossen oder hier nicht bekannt.',
  '{name} gives no id_token, so that nobody can sign in with it.':
    '{name} gibt kein id_token, deshalb kann sich niemand darüber anmelden.',
  "{where} is inside of the server's own network.": '{where} liegt im eigenen Netz des Servers.',
  'The key would be expired already.': 'Der Schlüssel wäre schon abgelaufen.',
  'This needs an API key, and none was sent.': 'Dafür ist ein API-Schlüssel nötig, und es wurde keiner gesendet.',
  'This API key is not known here, or was deleted.': 'Dieser API-Schlüssel ist hier nicht bekannt oder wurde gelöscht.',
  'This API key has expired.': 'Dieser API-Schlüssel ist abgelaufen.',
  'This API key is not for this account.': 'Dieser API-Schlüssel gilt nicht für dieses Konto.',
  'This API key is not for the scope {scope}.': 'Dieser API-Schlüssel gilt nicht für die Berechtigung {scope}.',
  'The provider gave a token with {scope} too, which this API key is not for.':
    'Der Anbieter hat ein Token auch für {scope} gegeben, wofür dieser API-Schlüssel nicht gilt.',
  'The API key of this program is not known any more.': 'Der API-Schlüssel dieses Programms ist nicht mehr bekannt.',
  'Only an administrator makes keys for all accounts. Name those that it is for.':
    'Schlüssel für alle Konten erstellen nur Administratoren. Nennen Sie die Konten, für die er gilt.',
  'Name at least one account, or leave accounts out for all.':
    'Nennen Sie mindestens ein Konto, oder lassen Sie die Angabe für alle weg.',
  'Only an administrator may do this.': 'Das dürfen nur Administratoren.',
  'Only an administrator adds accounts for others.': 'Konten für andere fügen nur Administratoren hinzu.',
  'Only the person whose account it is may connect it.': 'Verbinden darf das Konto nur die Person, der es gehört.',
  'Only the person whose account it is may use its mailbox.':
    'Das Postfach darf nur die Person benutzen, der das Konto gehört.',
  "This page was opened at {here}, but this server's address is {ours}. Open it there.":
    'Diese Seite wurde unter {here} geöffnet, die Adresse dieses Servers ist aber {ours}. Öffnen Sie sie dort.',
  'This request came from another site.': 'Diese Anfrage kam von einer anderen Website.',
  'A request with a session needs the header "{header}: 1".':
    'Eine Anfrage mit einer Anmeldung braucht den Header „{header}: 1“.',
  'Too many people sign in at this moment.': 'In diesem Augenblick melden sich zu viele Personen an.',
  'Too many failed attempts from here. Wait {span}.':
    'Von hier kamen zu viele vergebliche Versuche. Warten Sie {span}.',
  'This first-run link is not known here, or was used already.':
    'Dieser Einrichtungslink ist hier nicht bekannt oder wurde schon benutzt.',
  'This first-run link was used already.': 'Dieser Einrichtungslink wurde schon benutzt.',
  'Name or password is not right.': 'Name oder Passwort stimmt nicht.',
  'The password is not right.': 'Das Passwort stimmt nicht.',
  'You have no password, and signed in too long ago for this.':
    'Sie haben kein Passwort, und Ihre Anmeldung liegt dafür zu lange zurück.',
  'Your own password is needed for this.': 'Dafür ist Ihr eigenes Passwort nötig.',
  'Nobody makes a link for their own password.': 'Für das eigene Passwort kann niemand selbst einen Link erstellen.',
  'This link is not known here, was used already, or is too old.':
    'Dieser Link ist hier nicht bekannt, wurde schon benutzt oder ist zu alt.',
  'This link was opened in another browser before.': 'Dieser Link wurde zuvor in einem anderen Browser geöffnet.',
  'This is the only administrator. Make somebody else one first.':
    'Das ist der einzige Administrator. Machen Sie zuerst jemand anderen dazu.',
  'Somebody else has this name, or one that looks the same.':
    'Diesen Namen, oder einen, der genauso aussieht, hat schon jemand anderes.',
  'Your role was changed at this moment. Try again.':
    'Ihre Rolle wurde in diesem Augenblick geändert. Versuchen Sie es noch einmal.',
  'Somebody else has this e-mail address.': 'Diese E-Mail-Adresse hat schon jemand anderes.',
  'The way back is no path of this server.': 'Der Rückweg ist kein Pfad dieses Servers.',
  'No process serves the practice provider at this moment.':
    'Im Augenblick stellt kein Prozess den Übungsanbieter bereit.',
  'The process that listens at {listening} serves the practice provider, and this request came to another one behind the same address.':
    'Den Übungsanbieter stellt der Prozess bereit, der unter {listening} lauscht. Diese Anfrage kam bei einem anderen hinter derselben Adresse an.',
  'Another process on the same data serves the practice provider, at {address}.':
    'Den Übungsanbieter stellt ein anderer Prozess mit denselben Daten bereit, unter {address}.',
  'The metrics are for those with the token.': 'Die Messwerte sind für alle, die das Token haben.',
  'The metrics are for programs on this machine.': 'Die Messwerte sind für Programme auf diesem Computer.',
  'The server is starting.': 'Der Server startet.',
  'The server is stopping.': 'Der Server wird beendet.',
  'The choice came too late. Both accounts were kept.': 'Die Wahl kam zu spät. Beide Konten wurden behalten.',
  'This choice was made already, or it is not known here.':
    'Diese Wahl wurde schon getroffen, oder sie ist hier nicht bekannt.',
  'That moment is over. Choose a later one.': 'Dieser Zeitpunkt ist vorbei. Wählen Sie einen späteren.',
  'There is no former secret beside this one.': 'Neben diesem Schlüssel gibt es keinen bisherigen.',
  'There is no secret that could be kept beside the new one.':
    'Es gibt keinen Schlüssel, der neben dem neuen bleiben könnte.',
  'This secret is stored already.': 'Dieser Schlüssel ist schon gespeichert.',
  'This account is paused.': 'Dieses Konto ist angehalten.',
  'Nobody has confirmed who connected this account.': 'Noch hat niemand bestätigt, wer dieses Konto verbunden hat.',
  'This is no cursor that a list in this order has given.':
    'Diese Stelle hat keine Liste in dieser Reihenfolge genannt.',
  'The server could not do this. Its log tells why.':
    'Der Server konnte das nicht ausführen. In seinem Protokoll steht, warum.',
  'The address cannot be read.': 'Die Adresse ist nicht lesbar.',
  'A body of this media type is not understood here.': 'Inhalte in diesem Format werden hier nicht verstanden.',
  'The request body is not JSON.': 'Der Inhalt der Anfrage ist kein JSON.',
  'The body has a field "__proto__", which is never taken.':
    'Der Inhalt der Anfrage hat ein Feld „__proto__“, das nie angenommen wird.',
  'The body has a field "constructor" with a "prototype", which is never taken.':
    'Der Inhalt der Anfrage hat ein Feld „constructor“ mit einem „prototype“, das nie angenommen wird.',
  'The request body is too large.': 'Der Inhalt der Anfrage ist zu groß.',
  'There is a connection with this id already. It may be this one, saved a moment ago.':
    'Eine Verbindung mit dieser Kennung gibt es schon. Vielleicht ist es diese, eben erst gespeichert.',
  'The address changes, and with it who gets the client secret. Enter the secret again.':
    'Die Adresse ändert sich und damit, wer den Clientschlüssel bekommt. Geben Sie ihn noch einmal ein.',
  '{name} has no parameter "{unknown}". {have}{field}': '{name} kennt die Angabe „{unknown}“ nicht. {have}{field}',
  'The client id has characters that no client id has.': 'Die Client-ID enthält Zeichen, die es darin nicht gibt.',
  'The scopes have characters that no scope has (RFC 6749 §3.3).':
    'Die Berechtigungen enthalten Zeichen, die es darin nicht gibt (RFC 6749 §3.3).',
  'The address has white space or control characters in it.': 'Die Adresse enthält Leer- oder Steuerzeichen.',
  'The address must not have a fragment (#…).': 'Die Adresse darf keinen Teil hinter # haben.',
  'Correct the field that is named.': 'Korrigieren Sie das genannte Feld.',

  'The built-in practice provider lets anybody be anybody, without a password: nobody can sign in here with it.':
    'Beim eingebauten Übungsanbieter kann sich jede Person ohne Passwort als jede andere ausgeben: Hier kann sich niemand darüber anmelden.',
  '{host} is no public address that this server finds.':
    '{host} ist keine öffentliche Adresse, die dieser Server findet.',
  'That was tried too often. Wait {span}.': 'Das wurde zu oft versucht. Warten Sie {span}.',
  'This key is for accounts of other people. Give a reason, which they read, and your own password.':
    'Dieser Schlüssel gilt für Konten anderer Personen. Geben Sie einen Grund an, den diese lesen, und Ihr eigenes Passwort.',
  '{maker} made the API key “{key}”. Reason: {reason}':
    '{maker} hat den API-Schlüssel „{key}“ erstellt. Grund: {reason}',
  '{maker} deleted the API key “{key}”.': '{maker} hat den API-Schlüssel „{key}“ gelöscht.',
  '{maker} took this account away from the API key “{key}”.':
    '{maker} hat dem API-Schlüssel „{key}“ dieses Konto genommen.',
  'The API key “{key}” is for all accounts, and so for this one.':
    'Der API-Schlüssel „{key}“ gilt für alle Konten und damit auch für dieses.',
  'The API key “{key}”, made by {maker}, is for all accounts, and so for this one.':
    'Der API-Schlüssel „{key}“, erstellt von {maker}, gilt für alle Konten und damit auch für dieses.',

  // What a request may be.
  'The request is not in the form that is needed.': 'Die Anfrage hat nicht die nötige Form.',
  'The body has to be {allowed}.': 'Der Inhalt der Anfrage muss {allowed} sein.',
  'The field "{name}" is missing.': 'Das Feld „{name}“ fehlt.',
  'The parameter "{name}" is missing.': 'Der Parameter „{name}“ fehlt.',
  'There is no field "{name}" here. Known are {known}.': 'Das Feld „{name}“ gibt es hier nicht. Bekannt sind {known}.',
  'There is no parameter "{name}" here. Known are {known}.':
    'Den Parameter „{name}“ gibt es hier nicht. Bekannt sind {known}.',
  'The field "{name}" is not in the form that is needed.': 'Das Feld „{name}“ hat nicht die nötige Form.',
  'The parameter "{name}" is not in the form that is needed.': 'Der Parameter „{name}“ hat nicht die nötige Form.',
  'The field "{name}" has to be {allowed}.': 'Das Feld „{name}“ muss {allowed} sein.',
  'The parameter "{name}" has to be {allowed}.': 'Der Parameter „{name}“ muss {allowed} sein.',
  'The body has control characters in it.': 'Der Inhalt der Anfrage enthält Steuerzeichen.',
  'The field "{name}" has control characters in it.': 'Das Feld „{name}“ enthält Steuerzeichen.',
  'The parameter "{name}" has control characters in it.': 'Der Parameter „{name}“ enthält Steuerzeichen.',
  'The body has half a character in it.': 'Der Inhalt der Anfrage enthält ein halbes Zeichen.',
  'The field "{name}" has half a character in it.': 'Das Feld „{name}“ enthält ein halbes Zeichen.',
  'The parameter "{name}" has half a character in it.': 'Der Parameter „{name}“ enthält ein halbes Zeichen.',
  'a text': 'ein Text',
  'a number': 'eine Zahl',
  'a whole number': 'eine ganze Zahl',
  'true or false': 'true oder false',
  'a list': 'eine Liste',
  'a JSON object': 'ein JSON-Objekt',
  'one of {values}': 'einer der Werte {values}',
  'nothing but {value}': 'genau {value}',
  'text that is not empty': 'ein nicht leerer Text',
  'text of at least {length}': 'ein Text mit mindestens {length}',
  'text of at most {length}': 'ein Text mit höchstens {length}',
  'a number of {limit} or more': 'eine Zahl ab {limit}',
  'a number of {limit} or less': 'eine Zahl bis {limit}',
  'a list of at least {count}': 'eine Liste mit mindestens {count} Einträgen',
  'a list of at most {count}': 'eine Liste mit höchstens {count} Einträgen',
  'a whole number from {from} to {to}': 'eine ganze Zahl von {from} bis {to}',
  'one or several of {values}, separated by commas': 'einer oder mehrere der Werte {values}, durch Kommas getrennt,',
  'at most 100 ids, separated by commas': 'eine Liste von höchstens 100 Kennungen, durch Kommas getrennt,',
  'one line of text that is not empty': 'eine nicht leere Zeile Text',
  'one line of text that is not empty, without invisible characters':
    'eine nicht leere Zeile Text ohne unsichtbare Zeichen',
  'one line of text': 'eine Zeile Text',
  'one scope, without spaces': 'eine einzelne Berechtigung ohne Leerzeichen',
  'an e-mail address': 'eine E-Mail-Adresse',
  'the name of a host': 'der Name eines Servers',

  // Tests of accounts and mailboxes.
  'The provider gave an access token.{until}': 'Der Anbieter hat ein Zugriffstoken gegeben.{until}',
  'The provider gave an access token and accepted it.{until}':
    'Der Anbieter hat ein Zugriffstoken gegeben und angenommen.{until}',
  'It is valid for {span}.': 'Es gilt {span}.',
  'The provider gave an access token, but its own userinfo endpoint answered {status}.':
    'Der Anbieter hat ein Zugriffstoken gegeben, aber sein eigener Userinfo-Endpunkt hat mit {status} geantwortet.',
  'The provider gave an access token, but its userinfo endpoint could not be reached.':
    'Der Anbieter hat ein Zugriffstoken gegeben, aber sein Userinfo-Endpunkt war nicht erreichbar.',
  'Try again later; if it stays, connect again.':
    'Versuchen Sie es später noch einmal; wenn es so bleibt, verbinden Sie neu.',
  '{who}. A look-up after it failed: {message}': '{who}. Eine Abfrage danach ist gescheitert: {message}',
  'The provider gave an access token.': 'Der Anbieter hat ein Zugriffstoken gegeben.',
  'The provider gave an access token for {scope}.': 'Der Anbieter hat ein Zugriffstoken für {scope} gegeben.',
  'The provider did not tell an e-mail address.': 'Der Anbieter hat keine E-Mail-Adresse genannt.',
  'Set the address of the mailbox by hand.': 'Geben Sie die Adresse des Postfachs von Hand an.',
  'The mail servers of {mailbox} are not known.': 'Die Mailserver von {mailbox} sind nicht bekannt.',
  'Set the mail servers by hand.': 'Geben Sie die Mailserver von Hand an.',
  '{principal} opens the mailbox {mailbox}.': '{principal} öffnet das Postfach {mailbox}.',
  'The mailbox is {mailbox}.': 'Das Postfach ist {mailbox}.',
  'The mailbox is at {name}, which takes tokens of its own alone. Connect the account with a connection for it.':
    'Das Postfach liegt bei {name}, wo nur eigene Token gelten. Verbinden Sie das Konto mit einer Verbindung dafür.',
  'The mailbox or its server for {what} is not known.': 'Das Postfach oder sein Server ({what}) ist nicht bekannt.',
  'The mail server did not take the mail: {said}': 'Der Mailserver hat die E-Mail nicht angenommen: {said}',
  'Messages in INBOX: {count}': 'Nachrichten im Posteingang: {count}',
  'Messages: {count}': 'Nachrichten: {count}',
  'takes mail from {mailbox}': 'Nimmt E-Mails von {mailbox} an',
  'The server signed {mailbox} in, but takes no mail from it: {said}':
    'Der Server hat {mailbox} angemeldet, nimmt aber keine E-Mail von dort an: {said}',
  '{where} signed {mailbox} in, then refused {command}: {said}':
    '{where} hat {mailbox} angemeldet, dann aber {command} abgelehnt: {said}',
  '{where} signed {mailbox} in, then refused its INBOX: {said}':
    '{where} hat {mailbox} angemeldet, dann aber den Posteingang verweigert: {said}',
  '{where} refused to open {mailbox}: {said}': '{where} hat {mailbox} nicht geöffnet: {said}',
  '{where} cannot be reached.': '{where} ist nicht erreichbar.',
  'TLS with {where} failed.': 'Die Verschlüsselung (TLS) mit {where} ist gescheitert.',
  '{where} does not begin with TLS.': '{where} beginnt nicht mit TLS.',
  'Set STARTTLS for this port, or take the port for TLS (IMAP 993, POP 995, SMTP 465).':
    'Stellen Sie für diesen Port STARTTLS ein, oder nehmen Sie den Port für TLS (IMAP 993, POP 995, SMTP 465).',
  '{where} takes the connection and then says nothing.': '{where} nimmt die Verbindung an und sagt dann nichts.',
  'A server that expects TLS from the start is silent like this. Set TLS for this port, or take the port for STARTTLS (IMAP 143, POP 110, SMTP 587).':
    'So schweigt ein Server, der TLS von Anfang an erwartet. Stellen Sie für diesen Port TLS ein, oder nehmen Sie den Port für STARTTLS (IMAP 143, POP 110, SMTP 587).',
  '{where} does not offer STARTTLS.': '{where} bietet kein STARTTLS an.',
  '{where} cannot begin TLS at the moment.': '{where} kann TLS im Moment nicht beginnen.',
  'Nothing was sent without protection. Set TLS with its port (IMAP 993, POP 995, SMTP 465) if the server has that; otherwise whoever runs the mail server has to switch TLS on.':
    'Es wurde nichts ungeschützt gesendet. Stellen Sie TLS mit seinem Port ein (IMAP 993, POP 995, SMTP 465), wenn der Server das hat; sonst muss TLS einschalten, wer den Mailserver betreibt.',
  'Try again later; if it stays, tell whoever runs the mail server.':
    'Versuchen Sie es später noch einmal; wenn es so bleibt, sagen Sie es dem Betreiber des Mailservers.',
  'The certificate of {where} has expired.': 'Das Zertifikat von {where} ist abgelaufen.',
  'Whoever runs the mail server has to renew it. If others reach the server, check the clock of this machine.':
    'Der Betreiber des Mailservers muss es erneuern. Wenn andere den Server erreichen, prüfen Sie die Uhr dieses Computers.',
  'The certificate of {where} is not valid yet.': 'Das Zertifikat von {where} ist noch nicht gültig.',
  'Check the clock of this machine, then tell whoever runs the mail server.':
    'Prüfen Sie die Uhr dieses Computers, und sagen Sie es dann dem Betreiber des Mailservers.',
  'The certificate of {where} is for other names: {names}.':
    'Das Zertifikat von {where} gilt für andere Namen: {names}.',
  'Set the server by a name that stands in its certificate; otherwise whoever runs the mail server has to put this name into it.':
    'Geben Sie den Server mit einem Namen an, der in seinem Zertifikat steht; sonst muss der Betreiber des Mailservers diesen Namen darin aufnehmen.',
  'The certificate of {where} is self-signed: nobody vouches for it.':
    'Das Zertifikat von {where} ist selbst unterschrieben: Niemand bürgt dafür.',
  'The certificate of {where} comes from an authority that is not trusted here.':
    'Das Zertifikat von {where} kommt von einer Zertifizierungsstelle, der hier nicht vertraut wird.',
  'Whoever runs the mail server has to install a certificate of a well-known authority with its whole chain. An authority of your own has to be trusted here: NODE_EXTRA_CA_CERTS for the server, --ca-file on the command line.':
    'Der Betreiber des Mailservers muss ein Zertifikat einer bekannten Stelle mit der ganzen Kette einrichten. Einer eigenen Stelle muss hier vertraut werden: mit NODE_EXTRA_CA_CERTS für den Server, mit --ca-file auf der Befehlszeile.',
  '{where} has no version of TLS that is safe today.': '{where} hat keine Fassung von TLS, die heute sicher ist.',
  'Whoever runs the mail server has to offer TLS 1.2 or newer, with keys and ciphers of today.':
    'Der Betreiber des Mailservers muss TLS 1.2 oder neuer mit heutigen Schlüsseln und Verfahren anbieten.',
  '{where} ended the connection while TLS began.': '{where} hat die Verbindung beendet, während TLS begann.',
  'Check server, port and security (TLS or STARTTLS); if they are right, try again later.':
    'Prüfen Sie Server, Port und Verschlüsselung (TLS oder STARTTLS); wenn sie stimmen, versuchen Sie es später noch einmal.',
  'There is no mail server at {where}: nobody knows the name.':
    'Bei {where} gibt es keinen Mailserver: Niemand kennt den Namen.',
  'Check how the name of the server is spelled.': 'Prüfen Sie, wie der Name des Servers geschrieben ist.',
  'The name of {where} cannot be looked up at the moment.':
    'Der Name von {where} lässt sich im Moment nicht nachschlagen.',
  'Check the network and the DNS of this machine.': 'Prüfen Sie das Netz und den DNS-Dienst dieses Computers.',
  'Nothing accepts connections at {where}.': 'Bei {where} nimmt niemand Verbindungen an.',
  'Check server and port. If they are right, the mail server is down: try again later.':
    'Prüfen Sie Server und Port. Wenn sie stimmen, steht der Mailserver still: Versuchen Sie es später noch einmal.',
  'There is no way to {where} from here.': 'Von hier führt kein Weg zu {where}.',
  'Check the network and the firewall of this machine.': 'Prüfen Sie das Netz und die Firewall dieses Computers.',
  '{where} gives no answer.': '{where} antwortet nicht.',
  'Check server and port, and whether a firewall lets the connection through; it may also be slow just now.':
    'Prüfen Sie Server und Port, und ob eine Firewall die Verbindung durchlässt; vielleicht ist er auch nur gerade langsam.',
  '{where} ended the connection.': '{where} hat die Verbindung beendet.',
  '{where} answers in {other}, and not in {protocol}.': '{where} antwortet in {other} und nicht in {protocol}.',
  'Check server and port: IMAP usually has 993 or 143, POP 995 or 110, SMTP 465 or 587.':
    'Prüfen Sie Server und Port: IMAP hat meist 993 oder 143, POP 995 oder 110, SMTP 465 oder 587.',
  '{where} turns the connection away: {said}': '{where} weist die Verbindung ab: {said}',
  'The mail server takes no connection from here just now. Read its own words, and try again later.':
    'Der Mailserver nimmt von hier gerade keine Verbindung an. Lesen Sie seine eigenen Worte, und versuchen Sie es später noch einmal.',
  'The token is not at fault: SMTP AUTH is switched off for this mailbox or its organisation. Whoever administers the mailboxes can switch it on.':
    'Am Token liegt es nicht: SMTP AUTH ist für dieses Postfach oder seine Organisation abgeschaltet. Wer die Postfächer verwaltet, kann es einschalten.',
  'The organisation’s rules do not allow this sign-in. Whoever administers the mailboxes can tell which rule it is, and allow it.':
    'Die Regeln der Organisation erlauben diese Anmeldung nicht. Wer die Postfächer verwaltet, kann sagen, welche Regel es ist, und sie erlauben.',
  'The protocol is switched off for this mailbox. Switch it on in the settings of the mailbox at its provider, or ask its administrator.':
    'Das Protokoll ist für dieses Postfach abgeschaltet. Schalten Sie es in den Einstellungen des Postfachs beim Anbieter ein, oder fragen Sie dessen Administrator.',
  'The mail server has too many connections or sign-ins from here. Close other mail programs, and try again later.':
    'Der Mailserver hat zu viele Verbindungen oder Anmeldungen von hier. Schließen Sie andere Mailprogramme, und versuchen Sie es später noch einmal.',
  'The mail server cannot check sign-ins just now; the token is not at fault. Try again later.':
    'Der Mailserver kann Anmeldungen gerade nicht prüfen; am Token liegt es nicht. Versuchen Sie es später noch einmal.',
  'What was allowed does not include mail. Connect again and allow it.':
    'Was erlaubt wurde, schließt E-Mail nicht ein. Verbinden Sie neu, und erlauben Sie es.',
  'Many servers offer them after TLS alone: set TLS or STARTTLS. Otherwise whoever runs the mail server has to switch one of them on.':
    'Viele Server bieten sie erst nach TLS an: Stellen Sie TLS oder STARTTLS ein. Sonst muss der Betreiber des Mailservers eines davon einschalten.',
  'The sign-in is not at fault: the mail server takes no access tokens. Whoever runs it has to switch XOAUTH2 or OAUTHBEARER on.':
    'An der Anmeldung liegt es nicht: Der Mailserver nimmt keine Zugriffstoken. Sein Betreiber muss XOAUTH2 oder OAUTHBEARER einschalten.',
  'The mail server takes no mail for {whom}: {said}': 'Der Mailserver nimmt keine E-Mail für {whom} an: {said}',
  'The mail is too large. Leave attachments out, or send them in several mails.':
    'Die E-Mail ist zu groß. Lassen Sie Anhänge weg, oder senden Sie sie in mehreren E-Mails.',
  'The mail has too many recipients for this server. Send it to some of them at a time.':
    'Die E-Mail hat für diesen Server zu viele Empfänger. Senden Sie sie nacheinander an jeweils einige.',
  'The limit of how much may be sent is reached. Nothing is wrong with the account: send it again later, at some limits the next day.':
    'Es wurde so viel gesendet, wie erlaubt ist. Mit dem Konto ist alles in Ordnung: Senden Sie sie später noch einmal, bei manchen Grenzen am nächsten Tag.',
  'The mailbox of the recipient is full. Send it again later, or tell the recipient in another way.':
    'Das Postfach des Empfängers ist voll. Senden Sie sie später noch einmal, oder sagen Sie es dem Empfänger auf einem anderen Weg.',
  'The mail server has no room at the moment. Send it again later.':
    'Der Mailserver hat im Moment keinen Platz. Senden Sie sie später noch einmal.',
  'The provider has stopped sending from this mailbox, often because of unwanted mail. Its administrator can lift that.':
    'Der Anbieter hat das Senden aus diesem Postfach gesperrt, oft wegen unerwünschter E-Mail. Sein Administrator kann das aufheben.',
  'The sign-in may not send with this sender. Whoever administers the mailboxes has to allow it ("send as"), or set another mailbox.':
    'Diese Anmeldung darf nicht mit diesem Absender senden. Wer die Postfächer verwaltet, muss es erlauben („Senden als“), oder stellen Sie ein anderes Postfach ein.',
  'The mail server does not take it just now. Nothing is wrong with the account: send it again later.':
    'Der Mailserver nimmt sie gerade nicht an. Mit dem Konto ist alles in Ordnung: Senden Sie sie später noch einmal.',
  'The sign-in is all right; it is the address of the recipient. Check how it is written, or ask the recipient.':
    'Die Anmeldung ist in Ordnung; es liegt an der Adresse des Empfängers. Prüfen Sie, ob sie richtig geschrieben ist, oder fragen Sie den Empfänger.',
  'The sign-in is all right; the rules of the mail server forbid this mail. Whoever runs it knows the rules.':
    'Die Anmeldung ist in Ordnung; die Regeln des Mailservers verbieten diese E-Mail. Sein Betreiber kennt die Regeln.',
  'The sign-in is all right; the server takes no mail for this recipient. Check how the address is written.':
    'Die Anmeldung ist in Ordnung; der Server nimmt für diesen Empfänger keine E-Mail an. Prüfen Sie, ob die Adresse richtig geschrieben ist.',
  '{where} closed the connection.': '{where} hat die Leitung getrennt.',
  '{where} closed the connection while signing in.': '{where} hat die Leitung während der Anmeldung getrennt.',
  '{where} gave an unexpected answer: {words}': '{where} hat unerwartet geantwortet: {words}',
  '{where} offers no way to sign in for {what}.': '{where} bietet für {what} keine Anmeldung an.',
  '{where} offers neither XOAUTH2 nor OAUTHBEARER for {what}, only {offered}.':
    '{where} bietet für {what} weder XOAUTH2 noch OAUTHBEARER an, nur {offered}.',
  '{server} does not speak this protocol: {message}.': '{server} spricht dieses Protokoll nicht: {message}.',
  'The mailbox {mailbox} has been closed.': 'Das Postfach {mailbox} wurde geschlossen.',
  'The token source gave an empty token.': 'Das Token ist leer.',
  'The number of a message must be 1 or more.': 'Die Nummer einer Nachricht muss mindestens 1 sein.',
  'Nobody knows the mail servers of {domain}: no preset, no mail exchanger of a known provider, no autoconfig.':
    'Die Mailserver von {domain} sind nirgends bekannt: keine Voreinstellung, kein Mailserver eines bekannten Anbieters, kein Autoconfig.',
  'The mail address must look like name@example.org.': 'Die E-Mail-Adresse muss aussehen wie name@example.org.',
  '{name} gives programs no OAuth 2.0. Make an app password in the security settings of the account there, and use it in the mail program.':
    '{name} gibt Programmen kein OAuth 2.0. Erstellen Sie dort in den Sicherheitseinstellungen des Kontos ein App-Passwort, und verwenden Sie es im Mailprogramm.',
  '{name} gives programs no OAuth 2.0 and has no mail servers for them. Its own bridge, a program for the computer, serves the mailbox there with a password of its own.':
    '{name} gibt Programmen kein OAuth 2.0 und hat keine Mailserver für sie. Die Bridge von dort, ein Programm für den Computer, stellt das Postfach mit einem eigenen Passwort bereit.',
  "{name} gives programs no OAuth 2.0. The mail program uses the mailbox's own password, or an app password where two-step sign-in is on. IMAP, POP and SMTP may have to be switched on in the settings there first.":
    '{name} gibt Programmen kein OAuth 2.0. Das Mailprogramm verwendet das eigene Passwort des Postfachs, oder ein App-Passwort, wenn die Anmeldung in zwei Schritten eingeschaltet ist. IMAP, POP und SMTP müssen dort vielleicht erst in den Einstellungen eingeschaltet werden.',
  'The {protocol} server must be given as {wanted}.': 'Der Server ({protocol}) muss so angegeben werden: {wanted}.',
  '{host}: mail without TLS is for this machine only.': '{host}: E-Mail ohne TLS gibt es nur auf diesem Computer.',

  // Steps of a check.
  'Address of this server': 'Adresse dieses Servers',
  Settings: 'Einstellungen',
  Addresses: 'Adressen',
  'New client secret': 'Neuer Clientschlüssel',
  'The provider takes the new one.': 'Der Anbieter nimmt den neuen an.',
  'The provider does not take the new one; the former one is used.':
    'Der Anbieter nimmt den neuen nicht an; der bisherige wird benutzt.',
  'Make it active at the provider, or enter it again. Keep the former one until then.':
    'Machen Sie ihn beim Anbieter gültig, oder geben Sie ihn noch einmal ein. Behalten Sie den bisherigen bis dahin.',
  Encryption: 'Verschlüsselung',
  Clocks: 'Uhren',
  Scopes: 'Berechtigungen',
  'Client id': 'Client-ID',
  'Client id and key': 'Client-ID und Schlüssel',
  'Client id and secret': 'Client-ID und Clientschlüssel',
  'Consent page': 'Zustimmungsseite',
  'Redirect URI {redirect_uri}': 'Weiterleitungs-URI {redirect_uri}',
  'Client id, secret and addresses fit together.': 'Client-ID, Clientschlüssel und Adressen passen zusammen.',
  'People and providers reach this server at {publicUrl}.':
    'Personen und Anbieter erreichen diesen Server unter {publicUrl}.',
  '{publicUrl} is plain http on a network; providers refuse such redirect URIs.':
    '{publicUrl} ist unverschlüsseltes http in einem Netz; Anbieter lehnen solche Weiterleitungs-URIs ab.',
  'Set EVERGRANT_PUBLIC_URL to an https address.': 'Setzen Sie EVERGRANT_PUBLIC_URL auf eine https-Adresse.',
  '{name} has no token endpoint.': '{name} hat keinen Tokenendpunkt.',
  'Give the issuer of a provider that publishes its metadata, or the token endpoint.':
    'Geben Sie den Aussteller eines Anbieters an, der seine Metadaten veröffentlicht, oder den Tokenendpunkt.',
  'No scope is asked for.': 'Es werden keine Berechtigungen angefragt.',
  'The provider publishes no list of its scopes.': 'Der Anbieter veröffentlicht keine Liste seiner Berechtigungen.',
  'The provider answers with a page for people: whether it is registered shows there.':
    'Der Anbieter antwortet mit einer Seite für Personen: Ob sie eingetragen ist, zeigt sich dort.',
  'The provider told no time.': 'Der Anbieter hat keine Uhrzeit genannt.',
  'Tokens come from {token_endpoint}': 'Token kommen von {token_endpoint}',
  'Tokens come from {token_endpoint}, people consent': 'Token kommen von {token_endpoint}, Personen können zustimmen',
  'Tokens come from {token_endpoint}, grants can be revoked':
    'Token kommen von {token_endpoint}, Berechtigungen lassen sich widerrufen',
  'Tokens come from {token_endpoint}, people consent, grants can be revoked':
    'Token kommen von {token_endpoint}, Personen können zustimmen, Berechtigungen lassen sich widerrufen',
  'The connection to the provider is encrypted.': 'Der Weg zum Anbieter ist verschlüsselt.',
  'The provider runs on this machine.': 'Der Anbieter läuft auf diesem Computer.',
  '{name} accepted a code that was made up.': '{name} hat einen erfundenen Code angenommen.',
  'Check the token endpoint, and do not trust it with real accounts.':
    'Prüfen Sie den Tokenendpunkt, und vertrauen Sie ihm keine echten Konten an.',
  '{name} accepted the client ({method}), and refused a made-up code as it should.':
    '{name} hat den Client angenommen ({method}) und einen erfundenen Code abgelehnt, wie es sein soll.',
  '{name} does not let this client redeem codes: {said}': '{name} lässt diesen Client keine Codes einlösen: {said}',
  'Allow it the grant type authorization_code at the provider, unless another flow is all that is wanted.':
    'Erlauben Sie ihm beim Anbieter den Ablauf authorization_code, außer Sie brauchen nur einen anderen.',
  '{message} It refused a made-up code in words of its own, so whether it knows the client does not show.':
    '{message} Einen erfundenen Code hat er mit eigenen Worten abgelehnt; ob er den Client kennt, zeigt sich daran nicht.',
  'Connect an account to find out.': 'Verbinden Sie ein Konto, um es herauszufinden.',
  '{name} gave a token.': '{name} hat ein Token gegeben.',
  'The request could not be made: {words}': 'Die Anfrage ließ sich nicht stellen: {words}',
  'registered: the answer comes back to it': 'eingetragen: Die Antwort kommt dorthin zurück',
  'registered: the refusal comes back to it': 'eingetragen: Die Ablehnung kommt dorthin zurück',
  '{name} answers {error}: {words}': '{name} antwortet {error}: {words}',
  '{scopes}: all published': '{scopes}: alle veröffentlicht',
  "not in the provider's list: {scopes}": 'nicht in der Liste des Anbieters: {scopes}',
  'Check the spelling; the list may be incomplete.':
    'Prüfen Sie die Schreibweise; die Liste ist vielleicht unvollständig.',
  '{name} does not send people back to it ({what}).': '{name} schickt niemanden dorthin zurück ({what}).',
  'Register exactly this redirect URI at the provider, and check the client id.':
    'Tragen Sie genau diese Weiterleitungs-URI beim Anbieter ein, und prüfen Sie die Client-ID.',
  'This machine and the provider agree on the time.':
    'Dieser Computer und der Anbieter stimmen in der Uhrzeit überein.',
  "This machine's clock is {span} behind the provider's.":
    'Die Uhr dieses Computers geht {span} hinter der des Anbieters.',
  "This machine's clock is {span} ahead of the provider's.":
    'Die Uhr dieses Computers geht {span} vor der des Anbieters.',
  'Set the clock of this machine by a time server (NTP).':
    'Stellen Sie die Uhr dieses Computers nach einem Zeitserver (NTP).',

  // Errors of the engine.
  '{name} answered {status}{error}: {words}': '{name} hat mit {status}{error} geantwortet: {words}',
  'an empty answer': 'eine leere Antwort',
  'a web page instead of an answer': 'eine Webseite statt einer Antwort',
  'no fields of a token answer': 'keine Felder einer Tokenantwort',
  '{name} answered {status} with an access token that holds a line break or another character that no token has.':
    '{name} hat mit {status} und einem Zugriffstoken geantwortet, das einen Zeilenumbruch oder ein anderes Zeichen enthält, das es in Token nicht gibt.',
  "The provider's answer is larger than {size}.": 'Die Antwort des Anbieters ist größer als {size}.',
  '{name} did not answer within {span}.': '{name} hat nicht innerhalb von {span} geantwortet.',
  '{name} could not be reached: {words}': '{name} war nicht erreichbar: {words}',
  '{name} is in trouble and is left alone for {retryAfter} s.':
    '{name} ist gestört und wird {retryAfter} s lang in Ruhe gelassen.',
  'Client {name} was asked for fewer requests and waits for {retryAfter} s.':
    'Der Client {name} soll weniger Anfragen stellen und wartet {retryAfter} s.',
  '{what}: "{address}" is not a web address (https://…).': '{what}: „{address}“ ist keine Webadresse (https://…).',
  '{what}: {origin} is plain http, and {hostname} is not this machine.':
    '{what}: {origin} ist unverschlüsseltes http, und {hostname} ist nicht dieser Computer.',
  '{what}: the address must not carry a user name or password.':
    '{what}: Die Adresse darf keinen Benutzernamen und kein Passwort enthalten.',
  'The address': 'Die Adresse',
  'redirect URI': 'Weiterleitungs-URI',
  'userinfo endpoint': 'Userinfo-Endpunkt',
  'The metadata cannot be used. {message}': 'Die Metadaten lassen sich nicht benutzen. {message}',
  '{name} publishes no metadata at {url} (HTTP {status}).':
    '{name} veröffentlicht unter {url} keine Metadaten (HTTP {status}).',
  '{name} was asked as {issuer} but calls itself "{published}" (RFC 8414 §3.3).':
    '{name} wurde als {issuer} gefragt, nennt sich aber „{published}“ (RFC 8414 §3.3).',
  '{what} could not be read: {message}': '{what} ließ sich nicht lesen: {message}',
  'The metadata of {name} at {issuer}': 'Die Metadaten von {name} unter {issuer}',
  '{name} publishes no {endpoint} that can be used.': '{name} veröffentlicht keinen brauchbaren Endpunkt ({endpoint}).',
  '{name} needs an issuer or a token endpoint.': '{name} braucht einen Aussteller oder einen Tokenendpunkt.',
  '{name} needs its {title} ({key}){hint}.{where}': '{name} braucht die Angabe „{title}“ ({key}){hint}.{where}',
  '{name} has no authorization endpoint.': '{name} hat keinen Autorisierungsendpunkt.',
  '{name} needs a redirect URI: the address that it sends people back to.':
    '{name} braucht eine Weiterleitungs-URI: die Adresse, zu der Personen zurückgeschickt werden.',
  '{name} does not take the redirect URI {redirect_uri}. {help}':
    '{name} nimmt die Weiterleitungs-URI {redirect_uri} nicht an. {help}',
  '{name} offers no way to end a grant from here.':
    '{name} bietet keine Möglichkeit, eine Berechtigung von hier aus zu beenden.',
  '{name} refused the authorization: {error}{words}.': '{name} hat die Anfrage abgelehnt: {error}{words}.',
  '{name} had trouble with the consent: {error}{words}.':
    'Bei {name} gab es während der Zustimmung eine Störung: {error}{words}.',
  'Consent was declined at {name}{words}.': 'Abgelehnt bei {name}{words}.',
  '{name} did not accept the authorization code{hurry}: {words}':
    '{name} hat den Code nicht angenommen{hurry}: {words}',
  'The authorization expired {seconds} s ago.': 'Das Verbinden ist seit {seconds} s abgelaufen.',
  'No authorization is waiting for this callback: it was used already, or it began somewhere else.':
    'Auf diese Antwort wartet keine Zustimmung: Sie wurde schon benutzt, oder sie wurde woanders begonnen.',
  'This authorization was finished already; its code is not sent a second time.':
    'Dieses Verbinden ist schon abgeschlossen; sein Code wird nicht noch einmal gesendet.',
  'The callback does not belong to the authorization that was begun here: its state differs.':
    'Die Antwort gehört nicht zu dem Verbinden, das hier begonnen wurde: Ihr state ist ein anderer.',
  'The callback came from {iss}, but {issuer} was asked (RFC 9207).':
    'Die Antwort kam von {iss}, gefragt wurde aber {issuer} (RFC 9207).',
  '{name} says that it names itself in every callback, but this one has no iss (RFC 9207).':
    '{name} sagt, dass er sich in jeder Antwort nennt, aber in dieser fehlt iss (RFC 9207).',
  'The callback has the parameter "{name}" more than once (RFC 6749 §3.1).':
    'Die Antwort enthält die Angabe „{name}“ mehr als einmal (RFC 6749 §3.1).',
  'The callback has neither a {code} nor an error in it. It should be the whole address after consent.':
    'Die Antwort enthält weder {code} noch einen Fehler. Es sollte die ganze Adresse nach der Zustimmung sein.',
  '{name} was asked for a signed answer, but this callback is not signed.':
    '{name} sollte signiert antworten, aber diese Antwort ist nicht signiert.',
  'The callback of {name} cannot be used: {why}.': 'Die Antwort von {name} lässt sich nicht benutzen: {why}.',
  'The signed answer of {name} did not verify: {words}.':
    'Die signierte Antwort von {name} ließ sich nicht bestätigen: {words}.',
  'The id_token of {name} did not verify: {words}.': 'Das id_token von {name} ließ sich nicht bestätigen: {words}.',
  'The id_token of {name} was made for another {what} ({claim}).':
    'Das id_token von {name} ist für etwas anderes ausgestellt: {what} ({claim}).',
  'The {what} of {name} is encrypted. Give the client `decrypt`, or register it without encryption.':
    'Von {name} kam etwas Verschlüsseltes: {what}. Registrieren Sie den Client ohne Verschlüsselung.',
  'The {what} of {name} could not be decrypted: {words}.':
    'Was von {name} kam ({what}), ließ sich nicht entschlüsseln: {words}.',
  '{name} did not give its keys when asked at {url} (HTTP {status}).':
    '{name} hat seine Schlüssel unter {url} nicht herausgegeben (HTTP {status}).',
  '{name} did not give a set of keys when asked at {url}.': '{name} hat unter {url} keine Schlüssel herausgegeben.',
  '{name} answered with the claims of {sub}, not of {subject} (OpenID Connect Core §5.3.2).':
    '{name} hat Angaben über {sub} geschickt und nicht über {subject} (OpenID Connect Core §5.3.2).',
  'The signed userinfo of {name} did not verify: {words}.':
    'Die signierten Angaben zur Person von {name} ließen sich nicht bestätigen: {words}.',
  '{name} answered the refresh of grant {id} with tokens of another account (OpenID Connect Core §12.2).':
    '{name} hat bei der Erneuerung der Berechtigung {id} mit Token eines anderen Kontos geantwortet (OpenID Connect Core §12.2).',
  '{name} did not say who consented (no id_token), {owner}. Ask with the scope openid, or allow another person.':
    '{name} hat nicht gesagt, wer zugestimmt hat (kein id_token), {owner}. Fragen Sie mit der Berechtigung openid, oder erlauben Sie eine andere Person.',
  '{name} was used with {account}, {owner}.': 'Bei {name} wurde {account} benutzt, {owner}.',
  'but grant {id} belongs to {owner}': 'die Berechtigung {id} gehört aber {owner}',
  'The callback of {name} names another {parameter} than the provider has. Nothing was sent there.':
    'Die Antwort von {name} nennt etwas anderes ({parameter}), als der Anbieter hat. Dorthin wurde nichts gesendet.',
  'Grant {id} was given by {before}, and {now} is configured. Nothing was sent there.':
    'Die Berechtigung {id} kam von {before}, eingestellt ist {now}. Dorthin wurde nichts gesendet.',
  "Grant {id} was given by {before}, and its refresh token is not sent to {here}, which is configured now. Connect it again, restore the former address, or name that in moved_from of the provider's definition if the provider has moved.":
    'Die Berechtigung {id} kam von {before}, und ihr Aktualisierungstoken wird nicht an {here} gesendet, was jetzt eingestellt ist. Verbinden Sie neu, stellen Sie die frühere Adresse wieder ein, oder nennen Sie diese in moved_from der Definition des Anbieters, wenn er umgezogen ist.',
  'Grant {id} was given to client {client} of {provider}, but client {client_id} of {now} is configured. Connect it again, or restore the former client.':
    'Die Berechtigung {id} wurde dem Client {client} von {provider} gegeben, eingestellt ist aber der Client {client_id} von {now}. Verbinden Sie neu, oder stellen Sie den früheren Client wieder ein.',
  'Grant {id} needs consent again: {why}.': 'Die Berechtigung {id} braucht eine neue Zustimmung: {why}.',
  '{provider} ended it{words}': '{provider} hat sie beendet{words}',
  '{provider} gave no refresh token, and the access token has ended':
    '{provider} hat kein Aktualisierungstoken gegeben, und das Zugriffstoken ist abgelaufen',
  '{provider} answered a refresh with tokens of another account, and they are not used':
    '{provider} hat auf eine Erneuerung mit Token eines anderen Kontos geantwortet, und sie werden nicht benutzt',
  'it was revoked here': 'sie wurde hier widerrufen',
  'a refresh was interrupted before its result could be recorded, and {provider} ended the grant since{words}':
    'eine Erneuerung wurde unterbrochen, bevor ihr Ergebnis gespeichert war, und {provider} hat die Berechtigung seither beendet{words}',
  'Grant {id} has no access token to look anything up with.':
    'Die Berechtigung {id} hat kein Zugriffstoken, mit dem sich etwas abfragen ließe.',
  'A refresh was recorded late and is being proven.':
    'Eine Erneuerung wurde verspätet gespeichert und wird gerade bestätigt.',
  'The redirect URI {redirect_uri} is not registered for this client of {name}; registered: {known}.':
    'Die Weiterleitungs-URI {redirect_uri} ist für diesen Client von {name} nicht eingetragen; eingetragen sind: {known}.',
  'The redirect URI "{redirect_uri}" has a fragment, or is of a kind that no answer may go to.':
    'Die Weiterleitungs-URI „{redirect_uri}“ hat einen Teil hinter #, oder an eine solche Adresse darf keine Antwort gehen.',
  '"{redirect_uri}" is not an absolute redirect URI.': '„{redirect_uri}“ ist keine vollständige Weiterleitungs-URI.',
  'The callback belongs to client {client} of {provider}, not to {client_id} of {id}.':
    'Die Antwort gehört zum Client {client} von {provider} und nicht zu {client_id} von {id}.',
  'The callback of {name} cannot be used: it holds several codes.':
    'Die Antwort von {name} lässt sich nicht benutzen: Sie enthält mehrere Codes.',
  'The callback of {name} cannot be used: it holds no code.':
    'Die Antwort von {name} lässt sich nicht benutzen: Sie enthält keinen Code.',
  '{name} deviates by "{deviation}", and there is no function of that name here. Those of this project come with @evergrant/providers.':
    '{name} weicht durch „{deviation}“ ab, und eine Funktion dieses Namens gibt es hier nicht. Die dieses Projekts kommen mit @evergrant/providers.',
  '"{value}" cannot be the {title} ({key}) of {name}{hint}.':
    '„{value}“ ist als „{title}“ ({key}) nicht möglich bei {name}{hint}.',
  ', for example {example}': ', zum Beispiel {example}',
  'it is empty': 'sie sind leer',
  '{name}: give the client authentication {chosen} as a value, made by the function of that name.':
    '{name}: Die Anmeldung des Clients mit {chosen} lässt sich hier nicht einstellen; wählen Sie eine andere.',
  'There is no grant {id}. {why}': 'Die Berechtigung {id} gibt es nicht. {why}',
  'Nobody has connected it yet.': 'Noch hat sie niemand verbunden.',
  'It was deleted while it was being refreshed.': 'Sie wurde während der Erneuerung gelöscht.',
  'It was never made, or has been deleted.': 'Sie wurde nie erteilt oder ist gelöscht.',
  '{message} (attempt {failures}; the next one in {retryAfter} s)':
    '{message} (Versuch {failures}; der nächste in {retryAfter} s)',
  '{message} (it worked within the hour, so it is asked about once more)':
    '{message} (in der letzten Stunde hat es funktioniert, deshalb wird noch einmal gefragt)',
  'A function of the program threw while grant {id} was renewed: {words}':
    'Eine Funktion des Programms ist gescheitert, während die Berechtigung {id} erneuert wurde: {words}',
  'Grant {id} could not be written: the store is too slow, or tells each time that another was first.':
    'Die Berechtigung {id} ließ sich nicht speichern: Der Speicher ist zu langsam, oder jedes Mal war ein anderer schneller.',
  'The sealed tokens of grant {id} are not readable.':
    'Die verschlüsselten Token der Berechtigung {id} sind nicht lesbar.',
  'The tokens of grant {id} are not sealed, and have to be.':
    'Die Token der Berechtigung {id} sind nicht verschlüsselt und müssten es sein.',
  'The text was sealed with key {key}, which is not given (given: {keys}).':
    'Der Text wurde mit dem Schlüssel {key} verschlüsselt, der nicht angegeben ist (angegeben: {keys}).',
  'The text is sealed in the format {format}, which this version does not know. Use the version of Evergrant that wrote it.':
    'Der Text ist im Format {format} verschlüsselt, das diese Version nicht kennt. Verwenden Sie die Version von Evergrant, die ihn geschrieben hat.',
  'This is not a text that a keyring sealed, or it was cut off.':
    'Das ist kein Text, der hier verschlüsselt wurde, oder er ist abgeschnitten.',
  'A text sealed with key {key} does not open: it was changed, or belongs to another place.':
    'Ein Text, der mit dem Schlüssel {key} verschlüsselt wurde, lässt sich nicht öffnen: Er wurde verändert oder gehört an eine andere Stelle.',
  'A data key seals 1 to 2^32 texts (NIST SP 800-38D §8.3).':
    'Ein Datenschlüssel verschlüsselt 1 bis 2^32 Texte (NIST SP 800-38D §8.3).',
  'Key {key} could not be used: {words}': 'Der Schlüssel {key} ließ sich nicht verwenden: {words}',
  'PostgreSQL did not answer. Try again in a moment.':
    'PostgreSQL hat nicht geantwortet. Versuchen Sie es gleich noch einmal.',
  'The caller gave up; nothing was written.': 'Der Aufrufer hat aufgegeben; es wurde nichts geschrieben.',
  'The PostgreSQL store is closed.': 'Der Speicher in PostgreSQL ist geschlossen.',
  'The connection to PostgreSQL failed: {words}.{then}': 'Die Verbindung zu PostgreSQL ist gescheitert: {words}.{then}',
  'PostgreSQL lets this user not write: {words}.': 'PostgreSQL lässt diesen Benutzer nicht schreiben: {words}.',
  'PostgreSQL does not take a grant id of this length: {words}.':
    'PostgreSQL nimmt keine Berechtigung mit so langer Kennung: {words}.',
  'PostgreSQL is out of resources: {words}.': 'PostgreSQL hat keine Reserven mehr: {words}.',
  'PostgreSQL found its data damaged: {words}.': 'PostgreSQL hat seine Daten beschädigt vorgefunden: {words}.',
  'The grant tables in PostgreSQL cannot be used: {words}.':
    'Die Tabellen der Berechtigungen in PostgreSQL sind nicht verwendbar: {words}.',
  'PostgreSQL failed: {words}.': 'PostgreSQL hat versagt: {words}.',
  'The record of grant {id} in {place} is not JSON.': 'Der Eintrag der Berechtigung {id} in {place} ist kein JSON.',
  'The record of grant {id} in {place} {words}.':
    'Der Eintrag der Berechtigung {id} in {place} ist unbrauchbar: {words}.',
  'A grant id must be well-formed Unicode.': 'Die Kennung einer Berechtigung muss gültiges Unicode sein.',
  'The store on {file} is closed.': 'Der Speicher {file} ist geschlossen.',
  '{file} was removed or replaced while it was open. Put it back, or start again.':
    '{file} wurde entfernt oder ersetzt, während es offen war. Legen Sie es zurück, oder starten Sie neu.',
  '{file} was locked by another connection for {span}.':
    '{file} war {span} lang durch eine andere Verbindung gesperrt.',
  '{file} cannot be written: {words}.': '{file} lässt sich nicht beschreiben: {words}.',
  '{file} is not a sound SQLite database: {words}.': '{file} ist keine unversehrte SQLite-Datenbank: {words}.',
  'The disk is full: {file} was not changed.': 'Der Datenträger ist voll: {file} wurde nicht verändert.',
  'The store failed for grant {id}: {words}': 'Der Speicher hat bei der Berechtigung {id} versagt: {words}',
  'The store does not take the new tokens of grant {id}; they exist only in this process.':
    'Der Speicher nimmt die neuen Token der Berechtigung {id} nicht an; es gibt sie nur in diesem Prozess.',
  'The tokens of grant {id} are sealed, but no sealing key is in use.':
    'Die Token der Berechtigung {id} sind verschlüsselt, aber es ist kein Schlüssel dafür in Gebrauch.',
  'The client id for {name} is missing.': 'Die Client-ID für {name} fehlt.',
  '{name} needs a client secret for {chosen}.': '{name} braucht für {chosen} einen Clientschlüssel.',
  'A public client of {name} has no client secret, but one was given. {name} would refuse it.':
    'Ein öffentlicher Client von {name} hat keinen Clientschlüssel, aber einer wurde angegeben. {name} würde ihn ablehnen.',
  '{name}: client_credentials needs a client secret, and this client is public.':
    '{name}: client_credentials braucht einen Clientschlüssel, und dieser Client ist öffentlich.',
  '{name}: "{value}" as {parameter} is for people. A client that acts on its own behalf needs a real one{shown}.':
    '{name}: „{value}“ als {parameter} ist für Personen. Ein Client, der im eigenen Namen handelt, braucht eine eigene Angabe{shown}.',
  'The entry {id} extends itself: {path}.': 'Der Eintrag {id} erweitert sich selbst: {path}.',
  'The {what} could not be had: {words}.': 'Die Zugangsdaten ({what}) waren nicht zu bekommen: {words}.',
  'The caller gave up waiting.': 'Die Anfrage hat das Warten aufgegeben.',
  'There is no provider "{id}". {hint}': 'Den Anbieter „{id}“ gibt es nicht. {hint}',

  // Mail.
  '{setting}: {path} cannot be read: {words}': '{setting}: {path} ist nicht lesbar: {words}',
  'The message has no such attachment.': 'Die Nachricht hat diesen Anhang nicht.',
  '{name} has more than 25 MB: a mail program can fetch it.':
    '{name} ist größer als 25 MB: Ein Mailprogramm kann den Anhang holen.',
  'What is attached has more than 10 MB.': 'Die Anhänge sind zusammen größer als 10 MB.',
  '{field} is not base64.': '{field} ist kein Base64.',
  '{field} says something else than its other name does. Give one of the two.':
    '{field} sagt etwas anderes als der zweite Name dafür. Geben Sie nur einen von beiden an.',
  'Accounts of the connection: {count}. Whatever uses it would be deleted with it, and the access taken back at the provider.':
    'Konten der Verbindung: {count}. Was sie nutzt, würde mit ihr gelöscht und der Zugriff beim Anbieter zurückgenommen.',
}
