mod corpus;
mod headers;
mod hostile;
mod injection;
mod multipart;
mod parse;
mod round_trip;
mod values;
